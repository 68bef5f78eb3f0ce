package org.kindred.reward.prototype;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.SplittableRandom;
import org.kindred.datasets.Preference;
import org.kindred.datasets.SeedTree;
import org.kindred.reward.TextEmbedder;
import org.kindred.reward.TextKey;
import org.kindred.reward.UserContext;
import org.kindred.reward.chain.ChainOutcome;
import org.kindred.reward.chain.ChainRequest;
import org.kindred.reward.chain.ChainWriter;
import org.kindred.reward.chain.EvaluationChain;
import org.kindred.reward.chain.Samples;
import org.kindred.reward.client.OrderedWork;

/**
 * One user in one scenario: what a writer of chains says the user wants there, and the choice that
 * was made.
 *
 * @param userId training user
 * @param scenario hash of the prompt
 * @param taste embedding of the preference text, length 1
 * @param choice the pair that was chosen between
 * @param history up to h other choices of the user
 */
record ScenarioSample(
        String userId,
        String scenario,
        double[] taste,
        Refinement.Choice choice,
        List<Refinement.Choice> history) {

    /** The text of a chain that is embedded, in training and ever after. */
    static String preferenceText(EvaluationChain chain) {
        return chain.persona();
    }

    /** A training row and the other choices of the user that its chain is written from. */
    private record Drawn(UserContext user, Preference target, List<Preference> past) {
        ChainRequest request() {
            return new ChainRequest(
                    new UserContext(user.userId(), past),
                    target.promptText(),
                    List.of(target.chosenText(), target.rejectedText()));
        }
    }

    /**
     * A sample for each training row: the chain is written from {@code h} other rows of the user,
     * drawn by seed. Rows whose chain could not be written are left out.
     */
    static List<ScenarioSample> of(
            Collection<UserContext> users,
            ChainWriter writer,
            TextEmbedder embedder,
            int h,
            SeedTree seeds) {
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
        OrderedWork.<ChainRequest, List<ChainOutcome>>runInBatches(
                rows.stream().map(Drawn::request).iterator(),
                writer.batch(),
                writer.threads(),
                requests -> writer.writeAll(requests, Samples.of(1)),
                outcomes -> {
                    Drawn row = next.next();
                    double[] taste = taste(outcomes.get(0), embedder);
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
        return samples;
    }

    /** Embedding of what the user wants here; empty if no chain could be written. */
    static double[] taste(ChainRequest request, ChainWriter writer, TextEmbedder embedder) {
        return taste(writer.write(request, Samples.of(1)).get(0), embedder);
    }

    private static double[] taste(ChainOutcome outcome, TextEmbedder embedder) {
        return outcome instanceof ChainOutcome.Written written
                ? doubles(embedder.embed(preferenceText(written.chain())))
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
