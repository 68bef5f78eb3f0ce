package org.kindred.policy.checkpoint;

import ai.djl.ndarray.types.Shape;

/**
 * Name and shape of one weight.
 *
 * @param name in Hugging Face naming, such as {@code model.layers.0.mlp.up_proj.weight}
 * @param shape as stored, a projection is {@code [out, in]}
 */
public record TensorSpec(String name, Shape shape) {

    public TensorSpec(String name, long... shape) {
        this(name, new Shape(shape));
    }
}
