package org.kindred.eval.benchmark;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

final class CostChartTest {
    private static Comparison.Row row(String arm, int shots, double mean, double samples) {
        return new Comparison.Row(arm, shots, "unseen_new", List.of(mean), mean, 0, samples, 0);
    }

    @Test
    void names_ofArmsThatCostAndScoreTheSame_doNotOverlap_bestFirst() {
        List<Comparison.Row> rows = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            rows.add(row("arm " + i, 10, 0.7, 12));
        }
        rows.add(row("best", 10, 0.75, 24));
        rows.add(row("fewer shots", 3, 0.9, 24));
        rows.add(row("asks nobody", 10, 0.9, 0));

        String svg = CostChart.of(rows);

        List<MatchResult> names =
                Pattern.compile("<text x=\"520.0\" y=\"([\\d.]+)\">[\\d.]+ +([^<]*)</text>")
                        .matcher(svg)
                        .results()
                        .toList();
        assertThat(names).hasSize(31);
        assertThat(names.get(0).group(2)).isEqualTo("best");
        for (int i = 1; i < names.size(); i++) {
            double gap =
                    Double.parseDouble(names.get(i).group(1))
                            - Double.parseDouble(names.get(i - 1).group(1));
            assertThat(gap).isGreaterThanOrEqualTo(11); // height of the letters
        }
        assertThat(svg).contains("chains a pair", ">0</text>", ">20</text>").endsWith("</svg>\n");
    }

    @Test
    void costs_ofOneChain_haveShortNumbers() {
        String svg = CostChart.of(List.of(row("one", 3, 0.6, 1), row("half", 3, 0.7, 0.5)));
        assertThat(svg).contains(">0.6</text>", ">1.0</text>").doesNotContain("0.60000");
    }
}
