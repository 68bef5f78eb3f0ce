package org.kindred.reward;

import java.util.List;
import java.util.Locale;

/** Small stand-in for a sentence model: words hashed into 16 dimensions, length 1. */
public final class WordHashEmbedder implements TextEmbedder {
    private static final int DIMENSIONS = 16;

    @Override
    public String name() {
        return "word-hash-16";
    }

    @Override
    public List<float[]> embed(List<String> texts) {
        return texts.stream().map(WordHashEmbedder::vector).toList();
    }

    private static float[] vector(String text) {
        float[] vector = new float[DIMENSIONS];
        vector[0] = 0.1f; // no text is the zero vector
        for (String word : text.toLowerCase(Locale.ROOT).split("[^a-z]+", -1)) {
            int hash = word.hashCode() * 0x9E3779B1;
            vector[hash >>> 28] += (hash & 1) == 0 ? 1 : -1;
        }
        double squares = 0;
        for (float value : vector) {
            squares += (double) value * value;
        }
        for (int i = 0; i < DIMENSIONS; i++) {
            vector[i] = (float) (vector[i] / Math.sqrt(squares));
        }
        return vector;
    }
}
