package org.kindred.reward.judge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

final class TfIdfTest {

    @Test
    void fit_threeTexts_keepsWhatTwoHold() {
        TfIdf tfIdf = TfIdf.fit(List.of("Red fish.", "red FISH swim", "blue fish"));

        assertThat(tfIdf.terms()).containsExactly("fish", "red", "red fish");
        // N = 3: df 3 -> ln(4/4) + 1, df 2 -> ln(4/3) + 1
        assertThat(tfIdf.idf())
                .containsExactly(
                        new double[] {1, 1.2876820724517808, 1.2876820724517808}, within(1e-12));
    }

    @Test
    void vector_knownTerms_haveLengthOne() {
        TfIdf tfIdf = TfIdf.fit(List.of("Red fish.", "red FISH swim", "blue fish"));

        TfIdf.Sparse vector = tfIdf.vector("a fish, a red fish");

        assertThat(vector.columns()).containsExactly(0, 1, 2);
        assertThat(vector.dot(vector)).isEqualTo(1, within(1e-12));
        assertThat(tfIdf.vector("nothing known").values()).isEmpty();
    }
}
