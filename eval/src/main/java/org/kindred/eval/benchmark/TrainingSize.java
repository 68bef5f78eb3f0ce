package org.kindred.eval.benchmark;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;

/**
 * How well the judge predicts when fewer people taught it.
 *
 * @param users number of training users; each smaller set is part of the larger ones
 * @param rows accuracy of the arms that the judge fitted to them offers
 */
public record TrainingSize(@JsonProperty("training_users") int users, List<Accuracy> rows) {}
