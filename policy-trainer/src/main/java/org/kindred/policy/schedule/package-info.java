/** Numbers that change in the course of a run. */
@NullMarked
package org.kindred.policy.schedule;

import org.jspecify.annotations.NullMarked;
