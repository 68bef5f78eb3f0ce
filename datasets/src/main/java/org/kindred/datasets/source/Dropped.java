package org.kindred.datasets.source;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/**
 * A part of an accepted record that gives no row.
 *
 * @param record id of the record in its source
 * @param turn of the dialogue from 0, where there are turns
 * @param part the answer or entry, as the source names it; null if the turn as a whole is concerned
 * @param reason for example {@code empty_text}, {@code identical_texts}, {@code extra_chosen},
 *     {@code no_chosen}, {@code no_responses}
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Dropped(
        String record, @Nullable Integer turn, @Nullable String part, String reason) {}
