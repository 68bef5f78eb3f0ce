/**
 * The language model: a decoder on libtorch whose forward pass, backward pass and optimizer run in
 * a TorchScript module written at start-up, loaded from and saved to Hugging Face folders.
 */
@NullMarked
package org.kindred.policy.model;

import org.jspecify.annotations.NullMarked;
