/**
 * File formats of a model folder: safetensors weights, JSON settings, and writing that survives a
 * crash. Every reader here treats its file as hostile: sizes and offsets are checked before memory
 * is taken, and a bad file ends in a {@link org.kindred.datasets.KindredException}.
 */
package org.kindred.policy.checkpoint;
