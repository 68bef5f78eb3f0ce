package org.kindred.eval.benchmark;

import java.nio.file.Path;
import java.util.List;
import org.kindred.datasets.SeedTree;
import org.kindred.reward.chain.ChainWriter;
import org.kindred.reward.judges.JudgeSpec;
import org.kindred.reward.judges.OpenJudge;
import org.kindred.reward.judges.RewardData;
import org.kindred.reward.judges.RewardOptions;

/**
 * A language model as an arm of a benchmark: chains with the user's past, both orders of a pair.
 */
public final class ServedArms {
    private ServedArms() {}

    /**
     * @param judge as {@link JudgeSpec} writes it; not the embedded one
     * @param cacheFile answers of the model, so that a second run does not ask again
     */
    public static BenchmarkRun.ArmSource of(String judge, long seed, Path cacheFile) {
        JudgeSpec spec = JudgeSpec.parse(judge);
        return dataset -> {
            RewardOptions options = RewardOptions.defaults();
            SeedTree seeds = SeedTree.root(seed);
            OpenJudge at = new OpenJudge(spec, RewardData.of(dataset), options, cacheFile, seeds);
            ChainWriter writer = at.oneOrder();
            Arm arm = new OrderedArm(spec.label(), writer, writer.threads());
            return new BenchmarkRun.OpenedArms(List.of(arm), at::close);
        };
    }
}
