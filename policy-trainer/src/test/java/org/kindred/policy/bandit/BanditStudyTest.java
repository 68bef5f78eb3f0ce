package org.kindred.policy.bandit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.kindred.datasets.AtomicFiles;
import org.kindred.datasets.Json;
import org.kindred.datasets.SeedTree;

/** The published figures are those of p-grpo.md 2.5 (200 seeds); few seeds must lie near them. */
final class BanditStudyTest {
    private static final BanditSetting EQUAL = BanditSetting.fixed().get(0);
    private static final BanditSetting OFFSETS = BanditSetting.fixed().get(2);

    private static BanditArm arm(String name) {
        return Stream.concat(BanditArm.estimators().stream(), BanditArm.levers().stream())
                .filter(a -> a.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static double worst(BanditSetting setting, String arm, double rate) {
        double sum = 0;
        for (int seed = 0; seed < 12; seed++) {
            double[] scores =
                    BanditRun.scores(setting, arm(arm), 8, rate, SeedTree.root(9).child(seed));
            sum += Math.min(scores[0], Math.min(scores[1], scores[2])) / 12;
        }
        return sum;
    }

    /** The whole experiment; its tables go to {@code target/bandit}. */
    @Test
    @Tag("slow")
    void study_asPublished_writesItsTables() {
        BanditStudy.Result result = new BanditStudy(BanditOptions.defaults()).run();
        Path folder = Path.of("target", "bandit");
        Json.write(folder.resolve("results.json"), result);
        AtomicFiles.writeText(
                folder.resolve("tables.md"),
                "At one rate\n\n"
                        + BanditStudy.markdown(result.fixed())
                        + "\nWith tuned rates\n\n"
                        + BanditStudy.markdown(result.tuned()));
        assertThat(result.fixed()).hasSize(8 * 8 * 3);
        assertThat(result.tuned())
                .filteredOn(cell -> cell.arm().equals("BALANCED + LINEAR(.3)"))
                .allMatch(cell -> cell.difference() > 2 * cell.error());
    }

    @Test
    void fixedRate_isNearThePublishedFigures() {
        double grpo = worst(EQUAL, "GRPO", .5);
        assertThat(grpo).isCloseTo(.411, within(.15));
        // offsets do not touch what is centred by prompt, but spoil the history of P-GRPO: -.155
        assertThat(worst(OFFSETS, "GRPO", .5)).isCloseTo(grpo, within(1e-6));
        assertThat(worst(OFFSETS, "P-GRPO", .5)).isLessThan(grpo - .05);
    }

    @Test
    void bothLevers_raiseTheWorstGroupOfTunedGrpo() {
        // .765 and .765 + .233, published
        assertThat(worst(EQUAL, "BALANCED + LINEAR(.3)", 16)).isGreaterThan(.93);
    }

    @Test
    void study_isTheSameTwice_andTellsItsTables() {
        BanditOptions small = new BanditOptions(3, 2, 1, List.of(2), .5, true, false);
        BanditStudy.Result once = new BanditStudy(small).run();
        assertThat(once.fixed()).hasSize(8 * 8);
        assertThat(once.fixed().get(0).difference()).isZero();
        BanditStudy.Result again = new BanditStudy(small).run();
        assertThat(again.fixed()).isEqualTo(once.fixed());
        assertThat(BanditStudy.markdown(once.fixed()).lines().toList()).hasSize(2 + 8);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new BanditOptions(1, 1, 1, List.of(2), .5, true, true))
                .withMessageContaining("seeds = 1");
    }
}
