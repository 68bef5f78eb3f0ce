/**
 * Interpreter for the part of Jinja2 that chat templates of language models use, with the meaning
 * that transformers gives it: {@code trim_blocks} and {@code lstrip_blocks} on, no escaping, values
 * as in Python. A construct outside that part is an error that names it.
 *
 * <p>A template is data from a model folder: it reaches nothing but the values it is given, gets no
 * clock, and its loops, recursion and texts are bounded.
 */
package org.kindred.policy.tokenizer.template;
