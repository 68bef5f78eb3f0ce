package org.kindred.datasets.simulation;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;

/**
 * What the meters of the simulated world read off one text as an answer to one prompt.
 *
 * @param traits each in (-1, 1)
 * @param fluency in [0, 1]; 1 for every text that the language can write
 * @param relevance in [0.3, 1]; 1 if the topic is named and the advice belongs to its domain
 */
public record Reading(Map<Trait, Double> traits, double fluency, double relevance) {
    public Reading {
        traits = Collections.unmodifiableMap(new EnumMap<>(traits));
    }
}
