package org.kindred.reward.prototype;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.kindred.datasets.Json;
import org.kindred.datasets.KindredException;
import org.kindred.datasets.Progress;
import org.kindred.datasets.SeedTree;
import org.kindred.options.Meaning;
import org.kindred.reward.RubricOutcome;
import org.kindred.reward.TextEmbedder;
import org.kindred.reward.UserContext;
import org.kindred.reward.chain.SoloWriter;
import org.kindred.reward.cluster.Clusterer;
import org.kindred.reward.cluster.KMeansClusterer;
import org.kindred.reward.prototype.PrototypeSpace.Neighbours;

/**
 * Prototypes as published (P-GenRM, arXiv 2602.12116, 2.6): cells of (user, scenario) samples by
 * the embedding of what a rubric says the user wants there. K-means gives the first prototypes,
 * {@link Refinement} moves them, then every sample goes to the prototype of the largest dot
 * product.
 *
 * <p>Deviations: the persona is written before the responses are read, in training as ever after;
 * neighbours are different users and never the user; both regularisers act; where the user's cell
 * has too few users the next cells help, and the result says so.
 */
public final class ScenarioSpace {
    private static final int VERSION = 1;

    private final double[][] prototypes; // length 1
    private final List<Member> members;

    /**
     * A sample in its cell.
     *
     * @param scenario hash of the prompt
     * @param taste embedding, length 1
     */
    public record Member(String userId, String scenario, int cell, double[] taste) {
        /** Redacted: a taste describes a person. */
        @Override
        public String toString() {
            return "Member[cell " + cell + "]";
        }
    }

    /** {@code scenario-prototypes.json}. */
    private record File(int formatVersion, double[][] prototypes, List<Member> members) {}

    /** Options. */
    public record Options(
            @Meaning("prototypes; the paper has 50") int k,
            @Meaning("past choices that a rubric is written from; the paper has 3") int history,
            @Meaning("starts of k-means; the authors' code has 10") int starts,
            @Meaning("how prototypes are moved") RefinementOptions refinement) {
        public Options {
            if (k < 1 || history < 0 || starts < 1) {
                throw new IllegalArgumentException(
                        "k = "
                                + k
                                + ", history = "
                                + history
                                + ", starts = "
                                + starts
                                + ": must be at least 1, 0 and 1");
            }
        }

        public static Options defaults() {
            return new Options(50, 3, 10, RefinementOptions.defaults());
        }

        public Options withK(int value) {
            return new Options(value, history, starts, refinement);
        }

        public Options with(RefinementOptions value) {
            return new Options(k, history, starts, value);
        }
    }

    private ScenarioSpace(double[][] prototypes, List<Member> members) {
        this.prototypes = prototypes;
        this.members = List.copyOf(members);
    }

    /**
     * @param users training users with their training choices
     * @param writer writes the rubrics whose personas are embedded
     * @throws KindredException if no rubric could be written
     */
    public static ScenarioSpace fit(
            Collection<UserContext> users,
            SoloWriter writer,
            TextEmbedder embedder,
            Options options,
            SeedTree seeds,
            Progress progress) {
        return fit(
                ScenarioSample.of(
                        users,
                        writer,
                        embedder,
                        options.history(),
                        seeds.child("history"),
                        progress),
                options,
                seeds);
    }

    static ScenarioSpace fit(List<ScenarioSample> samples, Options options, SeedTree seeds) {
        if (samples.isEmpty()) {
            throw new KindredException(
                    "cannot find prototypes: no rubric could be written for any training choice;"
                            + " check the judge");
        }
        double[][] tastes = samples.stream().map(ScenarioSample::taste).toArray(double[][]::new);
        Clusterer.Cells cells =
                new KMeansClusterer(options.starts())
                        .cluster(tastes, options.k(), seeds.child("cells"));
        double[][] prototypes =
                Arrays.stream(cells.centroids())
                        .map(ScenarioSpace::normalised)
                        .toArray(double[][]::new);
        if (options.refinement().epochs() > 0) {
            refine(prototypes, cells, samples, options.refinement(), seeds.child("refinement"));
        }
        List<Member> members = new ArrayList<>();
        for (ScenarioSample sample : samples) {
            members.add(
                    new Member(
                            sample.userId(),
                            sample.scenario(),
                            nearest(prototypes, sample.taste()),
                            sample.taste()));
        }
        return new ScenarioSpace(prototypes, members);
    }

    /** Prototypes one after another in index order; W, b, W_q and W_s are shared. */
    private static void refine(
            double[][] prototypes,
            Clusterer.Cells cells,
            List<ScenarioSample> samples,
            RefinementOptions options,
            SeedTree seeds) {
        int d = prototypes[0].length;
        Refinement refinement = new Refinement(options, d);
        double[] parameters = refinement.initial(seeds.child("parameters"));
        AdamW shared = new AdamW(parameters.length, options.learningRate(), options.weightDecay());
        double[] gradient = new double[parameters.length];
        double[] prototypeGradient = new double[d];
        for (int j = 0; j < prototypes.length; j++) {
            int cell = j;
            List<Integer> own =
                    new ArrayList<>(
                            IntStream.range(0, samples.size())
                                    .filter(i -> cells.labels()[i] == cell)
                                    .boxed()
                                    .toList());
            double[] centre = cells.centroids()[j];
            double[] previous = prototypes[j].clone();
            AdamW optimiser = new AdamW(d, options.learningRate(), options.weightDecay());
            for (int epoch = 0; epoch < options.epochs(); epoch++) {
                SeedTree.shuffle(own, seeds.child(j).child(epoch).random());
                for (int from = 0; from < own.size(); from += options.batch()) {
                    List<Integer> batch =
                            own.subList(from, Math.min(own.size(), from + options.batch()));
                    Arrays.fill(gradient, 0);
                    Arrays.fill(prototypeGradient, 0);
                    for (int i : batch) {
                        ScenarioSample sample = samples.get(i);
                        refinement.sample(
                                parameters,
                                prototypes[j],
                                centre,
                                previous,
                                sample.choice(),
                                sample.history(),
                                gradient,
                                prototypeGradient);
                    }
                    scale(gradient, 1.0 / batch.size());
                    scale(prototypeGradient, 1.0 / batch.size());
                    previous = prototypes[j].clone();
                    shared.step(parameters, gradient);
                    optimiser.step(prototypes[j], prototypeGradient);
                    prototypes[j] = normalised(prototypes[j]);
                }
            }
        }
    }

    private static void scale(double[] vector, double factor) {
        for (int i = 0; i < vector.length; i++) {
            vector[i] *= factor;
        }
    }

    static double[] normalised(double[] vector) {
        double length = Math.sqrt(Refinement.dot(vector, vector));
        double[] unit = vector.clone();
        if (length > 0) {
            scale(unit, 1 / length);
        }
        return unit;
    }

    private static int nearest(double[][] prototypes, double[] taste) {
        int best = 0;
        for (int j = 1; j < prototypes.length; j++) {
            if (Refinement.dot(prototypes[j], taste) > Refinement.dot(prototypes[best], taste)) {
                best = j;
            }
        }
        return best;
    }

    /** Writes prototypes and members to one file, complete or absent. */
    public void save(Path file) {
        Json.write(file, new File(VERSION, prototypes, members));
    }

    /** Reads them back, bit for bit. */
    public static ScenarioSpace load(Path path) {
        File file = Json.read(path, File.class, "the scenario prototypes");
        if (file.formatVersion < 1 || file.formatVersion > VERSION) {
            throw new KindredException(
                    "the scenario prototypes in "
                            + path
                            + " cannot be used: format_version is "
                            + file.formatVersion
                            + ", expected 1 to "
                            + VERSION
                            + "; find them again");
        }
        return new ScenarioSpace(file.prototypes, file.members);
    }

    /** Number of prototypes. */
    public int size() {
        return prototypes.length;
    }

    /** Samples with their cells, in the order of users and rows. */
    public List<Member> members() {
        return members;
    }

    /** Index of the prototype nearest to a taste. */
    public int cellOf(double[] taste) {
        return nearest(prototypes, taste);
    }

    /** The one of some cells whose prototype is nearest to a taste; the first of equal ones. */
    int nearestOf(List<Integer> cells, double[] taste) {
        return Collections.max(
                cells,
                Comparator.<Integer>comparingDouble(j -> Refinement.dot(prototypes[j], taste))
                        .thenComparing(Comparator.reverseOrder()));
    }

    /**
     * What the user is said to want for a prompt, as training samples were described.
     *
     * @return embedding, empty if no rubric could be written
     */
    public static double[] taste(RubricOutcome rubric, TextEmbedder embedder) {
        return ScenarioSample.taste(rubric, embedder);
    }

    /**
     * Up to n users with the most similar sample: those with one in the same cell first, then those
     * of the cell next nearest, and so on.
     *
     * @param cells whether cells count; otherwise it is plain nearest neighbours
     */
    public Neighbours neighbours(double[] taste, String userId, int n, boolean cells) {
        int[] rank = new int[prototypes.length]; // of each cell, by closeness to the taste
        List<Integer> order = new ArrayList<>(IntStream.range(0, rank.length).boxed().toList());
        order.sort(
                Comparator.<Integer>comparingDouble(j -> -Refinement.dot(prototypes[j], taste))
                        .thenComparing(Comparator.naturalOrder()));
        for (int i = 0; i < rank.length; i++) {
            rank[order.get(i)] = cells ? i : 0;
        }
        List<Near> others =
                members.stream()
                        .filter(m -> !m.userId().equals(userId))
                        .map(
                                m ->
                                        new Near(
                                                m.userId(),
                                                rank[m.cell()],
                                                -Refinement.dot(m.taste(), taste)))
                        .sorted()
                        .toList();
        Set<String> users = new LinkedHashSet<>();
        boolean elsewhere = false;
        for (Near other : others) {
            if (users.size() == n) {
                break;
            }
            if (users.add(other.userId())) {
                elsewhere |= other.rank() > 0;
            }
        }
        return new Neighbours(List.copyOf(users), users.size() < n || elsewhere);
    }

    /** Control: any other users. */
    public Neighbours randomUsers(String userId, int n, SeedTree seeds) {
        Set<String> users = new TreeSet<>();
        members.forEach(member -> users.add(member.userId()));
        users.remove(userId);
        List<String> order = seeds.shuffled(users);
        return new Neighbours(order.subList(0, Math.min(n, order.size())), order.size() < n);
    }
}
