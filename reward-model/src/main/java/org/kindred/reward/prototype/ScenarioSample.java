package org.kindred.reward.prototype;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.kindred.datasets.KindredException;
import org.kindred.datasets.OrderedWork;
import org.kindred.datasets.Preference;
import org.kindred.datasets.Progress;
import org.kindred.datasets.SeedTree;
import org.kindred.reward.RubricOutcome;
import org.kindred.reward.TextEmbedder;
import org.kindred.reward.TextKey;
import org.kindred.reward.UserContext;
import org.kindred.reward.UserPrompt;
import org.kindred.reward.chain.Samples;
import org.kindred.reward.chain.SoloWriter;

/**
 * One user in one scenario: what a writer of rubrics says the user wants there, and the choice that
 * was made.
 *
 * @param userId training user
 * @param scenario hash of the prompt
 * @param taste embedding of the persona, length 1
 * @param choice the pair that was chosen between
 * @param history up to h other choices of the user
 */
record ScenarioSample(
        String userId,
        String scenario,
        double[] taste,
        Refinement.Choice choice,
        List<Refinement.Choice> history) {

    /** A training row and the other choices of the user that its rubric is written from. */
    private record Drawn(UserContext user, Preference target, List<Preference> past) {
        UserPrompt asked() {
            return new UserPrompt(new UserContext(user.userId(), past), target.promptText());
        }
    }

    /**
     * A sample for each training row: the rubric is written from {@code h} other rows of the user,
     * drawn by seed. Rows whose rubric could not be written are left out, and the reasons are told.
     *
     * @throws KindredException if no rubric could be written
     */
    static List<ScenarioSample> of(
            Collection<UserContext> users,
            SoloWriter writer,
            TextEmbedder embedder,
            int h,
            SeedTree seeds,
            Progress progress) {
        List<Drawn> rows = new ArrayList<>();
        for (UserContext user : users) {
            for (int i = 0; i < user.history().size(); i++) {
                Preference target = user.history().get(i);
                List<Preference> others = new ArrayList<>(user.history());
                others.remove(i);
                rows.add(
                        new Drawn(
                                user,
                                target,
                                drawn(others, h, seeds.child(user.userId()).child(target.id()))));
            }
        }
        List<ScenarioSample> samples = new ArrayList<>();
        Iterator<Drawn> next = rows.iterator();
        int[] done = new int[1];
        Map<String, Integer> failures = new TreeMap<>();
        OrderedWork.<UserPrompt, List<RubricOutcome>>runInBatches(
                rows.stream().map(Drawn::asked).iterator(),
                writer.batch(),
                writer.threads(),
                asked -> writer.rubrics(asked, Samples.of(1)),
                outcomes -> {
                    Drawn row = next.next();
                    double[] taste = taste(outcomes.get(0), embedder);
                    progress.step(++done[0], rows.size(), "rubrics");
                    if (outcomes.get(0) instanceof RubricOutcome.Failed failed) {
                        failures.merge(failed.reason(), 1, Integer::sum);
                    }
                    if (taste.length > 0) {
                        samples.add(
                                new ScenarioSample(
                                        row.user().userId(),
                                        TextKey.of(row.target().promptText()),
                                        taste,
                                        choice(row.target(), embedder),
                                        row.past().stream()
                                                .map(past -> choice(past, embedder))
                                                .toList()));
                    }
                });
        if (!failures.isEmpty()) {
            String missing =
                    rows.size() - samples.size() + " of " + rows.size() + " rubrics " + failures;
            if (samples.isEmpty()) {
                throw new KindredException(
                        "preference groups: the judge could not write " + missing);
            }
            progress.note("left out, since the judge could not write them: " + missing);
        }
        return samples;
    }

    /** Embedding of the persona, in training and ever after; empty if no rubric was written. */
    static double[] taste(RubricOutcome outcome, TextEmbedder embedder) {
        return outcome instanceof RubricOutcome.Written written
                ? doubles(embedder.embed(written.rubric().persona()))
                : new double[0];
    }

    static List<Preference> drawn(List<Preference> rows, int most, SeedTree seeds) {
        SplittableRandom random = seeds.random();
        List<Preference> kept = new ArrayList<>();
        int left = Math.min(most, rows.size());
        for (int i = 0; i < rows.size() && left > 0; i++) {
            if (random.nextInt(rows.size() - i) < left) {
                kept.add(rows.get(i));
                left--;
            }
        }
        return kept;
    }

    private static Refinement.Choice choice(Preference row, TextEmbedder embedder) {
        List<float[]> vectors =
                embedder.embed(List.of(row.promptText(), row.chosenText(), row.rejectedText()));
        double[] difference = doubles(vectors.get(1));
        for (int i = 0; i < difference.length; i++) {
            difference[i] -= vectors.get(2)[i];
        }
        return new Refinement.Choice(doubles(vectors.get(0)), difference);
    }

    private static double[] doubles(float[] vector) {
        double[] doubles = new double[vector.length];
        for (int i = 0; i < vector.length; i++) {
            doubles[i] = vector[i];
        }
        return doubles;
    }
}
