/** Removes a person from every artefact that holds their text. */
@NullMarked
package org.kindred.datasets.forget;

import org.jspecify.annotations.NullMarked;
