package org.kindred.reward.judge;

/**
 * Features of all training texts: a dense part from the kernel, and for a text that is met in
 * several rows one more column of its own, {@code sqrt(known)} high (a random effect).
 *
 * @param dense {@code [text][column]}
 * @param effectOf column of the text's own effect, -1 if it has none
 * @param effects number of such columns; they follow the dense ones
 * @param effectHeight {@code sqrt(known)}
 */
record TextFeatures(float[][] dense, int[] effectOf, int effects, double effectHeight) {

    int denseColumns() {
        return dense[0].length;
    }

    int columns() {
        return denseColumns() + effects;
    }

    /** {@code w . phi(text)}. */
    double dot(int text, double[] w) {
        double sum = Vectors.dot(dense[text], w, 0);
        return effectOf[text] < 0 ? sum : sum + effectHeight * w[denseColumns() + effectOf[text]];
    }

    /** {@code target += c * phi(text)}. */
    void addTo(double[] target, double c, int text) {
        Vectors.add(target, c, dense[text]);
        if (effectOf[text] >= 0) {
            target[denseColumns() + effectOf[text]] += c * effectHeight;
        }
    }
}
