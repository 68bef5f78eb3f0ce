/** The reward model of a run as a service over HTTP: rewards, group histories, rankings. */
@NullMarked
package org.kindred.serve;

import org.jspecify.annotations.NullMarked;
