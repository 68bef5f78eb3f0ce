package org.kindred.reward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

final class BgeEmbedderTest {
    private static BgeEmbedder embedder;

    @BeforeAll
    static void open() {
        embedder = new BgeEmbedder(new BgeEmbedder.Options(1, 100));
    }

    @AfterAll
    static void close() {
        embedder.close();
    }

    @Test
    void embed_severalTexts_givesUnitVectorsInOrder() {
        List<float[]> vectors =
                embedder.embed(
                        List.of("A recipe for bread", "How to bake a loaf", "The price of oil"));

        assertThat(vectors).hasSize(3).allSatisfy(v -> assertThat(v).hasSize(384));
        assertThat(cosine(vectors.get(0), vectors.get(0))).isEqualTo(1, within(1e-5));
        assertThat(cosine(vectors.get(0), vectors.get(1)))
                .isGreaterThan(cosine(vectors.get(0), vectors.get(2)) + 0.1);
    }

    @Test
    void embed_knownText_givesTheSameVectorAsACopy() {
        float[] first = embedder.embed("The same words");
        float[] kept = first.clone();
        first[0] = 99;

        assertThat(embedder.embed("The same words")).containsExactly(kept);
    }

    @Test
    void embed_blankText_givesAVector() {
        List<float[]> vectors = embedder.embed(List.of("  ", ".", "\uFFFD\u0001\u200B \u00A0"));

        assertThat(vectors.get(0)).containsExactly(vectors.get(1)).containsExactly(vectors.get(2));
    }

    private static double cosine(float[] a, float[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }
}
