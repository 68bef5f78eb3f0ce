package org.kindred.pipeline;

import org.kindred.datasets.SeedTree;
import org.kindred.policy.model.AdamWOptions;
import org.kindred.policy.model.LearningRateSchedule;
import org.kindred.policy.schedule.OptimizerOptions;
import org.kindred.policy.sft.SftOptions;

/**
 * How the first policy is made: it learns the language from a corpus without opinions, then the
 * answers that training users chose, their persona in the prompt.
 *
 * @param corpusExamples questions with one answer each, in any style, none of them a prompt of the
 *     population
 * @param corpusLearningRate peak rate on the corpus
 * @param examples chosen answers at most, drawn by the seed
 * @param learningRate peak rate on the chosen answers
 * @param batchRows examples an update
 */
public record SupervisedOptions(
        int corpusExamples,
        double corpusLearningRate,
        int examples,
        double learningRate,
        int batchRows) {

    private static final int WARMUP_UPDATES = 20;

    public SupervisedOptions {
        if (corpusExamples < 1 || examples < 1 || batchRows < 1) {
            throw new IllegalArgumentException(
                    "corpus_examples = "
                            + corpusExamples
                            + ", examples = "
                            + examples
                            + ", batch_rows = "
                            + batchRows
                            + ": each must be at least 1");
        }
    }

    public static SupervisedOptions defaults() {
        return new SupervisedOptions(7_000, 3e-3, 2_400, 1e-3, 16);
    }

    public SftOptions forCorpus(SeedTree seeds) {
        return options(corpusLearningRate, corpusExamples, seeds.child("corpus"));
    }

    SftOptions forChosenAnswers(int available, SeedTree seeds) {
        return options(learningRate, Math.min(examples, available), seeds.child("chosen"));
    }

    private SftOptions options(double rate, int rows, SeedTree seeds) {
        int updates = (rows + batchRows - 1) / batchRows;
        OptimizerOptions optimizer =
                new OptimizerOptions(
                        rate,
                        LearningRateSchedule.Shape.COSINE,
                        Math.min(WARMUP_UPDATES, updates),
                        AdamWOptions.defaults());
        return new SftOptions(1, batchRows, batchRows, 1, optimizer, 0, seeds.seed());
    }
}
