package org.kindred.reward;

import java.util.List;

/**
 * Turns texts into vectors whose cosine tells how alike they are in topic. Opposite wishes ("short
 * replies", "long essays") lie close together in every sentence model that was tried, so vectors
 * serve as features and never as the only judge of taste.
 */
public interface TextEmbedder {

    /** Names the model, for provenance; two embedders with one name give the same vectors. */
    String name();

    /**
     * Embeds texts, several at once where the model can.
     *
     * @return one vector a text, in order, all of one length and of Euclidean length 1; the vector
     *     of a blank text is that of a single full stop
     */
    List<float[]> embed(List<String> texts);

    /** The vector of one text. */
    default float[] embed(String text) {
        return embed(List.of(text)).get(0);
    }
}
