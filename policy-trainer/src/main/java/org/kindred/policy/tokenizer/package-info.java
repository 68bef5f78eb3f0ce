/**
 * Text to token ids and back, as Hugging Face tokenizers do it, and conversations to prompts by a
 * model's own chat template.
 */
package org.kindred.policy.tokenizer;
