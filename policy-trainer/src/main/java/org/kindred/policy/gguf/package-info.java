/**
 * GGUF files (the format of llama.cpp): a strict reader, dequantisation to float32, and conversion
 * to a Hugging Face folder with configuration, weights, tokenizer and chat template. A file is
 * treated as hostile: counts, offsets and lengths are checked against its size before memory is
 * taken, and a bad one ends in a {@link org.kindred.datasets.KindredException}.
 */
package org.kindred.policy.gguf;
