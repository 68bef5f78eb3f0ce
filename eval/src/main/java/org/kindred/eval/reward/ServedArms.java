package org.kindred.eval.reward;

import java.nio.file.Path;
import java.util.List;
import org.kindred.datasets.SeedTree;
import org.kindred.eval.benchmark.Arm;
import org.kindred.eval.benchmark.BenchmarkRun;
import org.kindred.reward.chain.ChainWriter;

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
            JudgeAtWork at =
                    new JudgeAtWork(spec, RewardData.of(dataset), options, cacheFile, seeds);
            ChainWriter writer = at.oneOrder();
            Arm arm = new OrderedArm(spec.label(), writer, writer.threads());
            return new BenchmarkRun.OpenedArms(List.of(arm), at::close);
        };
    }
}
