/**
 * A training run in a folder: the loop, its logs, checkpoints that are complete or absent, resume.
 */
@NullMarked
package org.kindred.policy.run;

import org.jspecify.annotations.NullMarked;
