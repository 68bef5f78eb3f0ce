package org.kindred.reward.prototype;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.ToIntFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.kindred.datasets.Json;
import org.kindred.datasets.KindredException;
import org.kindred.datasets.Preference;
import org.kindred.datasets.SeedTree;
import org.kindred.reward.UserContext;
import org.kindred.reward.cluster.Clusterer.Cells;
import org.kindred.reward.cluster.KMeansClusterer;
import org.kindred.reward.judge.GaussianMixturePrior;
import org.kindred.reward.judge.RubricJudge;

/**
 * Prototypes of taste (P-GenRM, arXiv 2602.12116, section on prototypes): training users in cells,
 * a centroid each; new users join the nearest cell by their history and borrow its members as
 * neighbours.
 *
 * <p>Deviation: users are clustered, not (user, scenario) samples, and by default on fitted taste,
 * since embeddings of personas hardly separate opposite wishes.
 */
@SuppressWarnings("ArrayRecordComponent") // vectors and matrices; never compared as a whole
public final class PrototypeSpace {

    /**
     * One cell.
     *
     * @param label {@code prototype-0} for the largest, and so on
     * @param centroid in the space of features
     * @param members training users, sorted
     * @param persona what the mean member wants, in words
     * @param stability bootstrap Jaccard, 0 to 1: how much of the cell comes back when users are
     *     drawn again; from 0.75 stable, below 0.6 doubtful. Null if it was not asked for
     */
    public record Prototype(
            String label,
            double[] centroid,
            List<String> members,
            String persona,
            @Nullable Double stability) {

        public Prototype {
            members = List.copyOf(members);
        }

        Prototype with(double found) {
            return new Prototype(label, centroid, members, persona, found);
        }

        /** Redacted: members are people. */
        @Override
        public String toString() {
            return "Prototype[" + label + ", " + members.size() + " members]";
        }
    }

    /**
     * Who may speak for a user.
     *
     * @param userIds different users, nearest first, never the user himself
     * @param cellShort whether the user's own cell had too few, so that others were taken
     */
    public record Neighbours(List<String> userIds, boolean cellShort) {

        public Neighbours {
            userIds = List.copyOf(userIds);
        }

        /** Redacted: neighbours are people. */
        @Override
        public String toString() {
            return "Neighbours[" + userIds.size() + ", cellShort " + cellShort + "]";
        }
    }

    private final TasteFeatures features;
    private final List<Prototype> prototypes;
    private final @Nullable GaussianMixturePrior clouds;
    private final Map<String, double[]> points; // features of members
    private final Map<String, String> labels;
    private final Map<String, double[]> map;

    /**
     * @param clouds what members were drawn from, in the order of the prototypes; null if the
     *     nearest centroid decides
     */
    PrototypeSpace(
            TasteFeatures features,
            List<Prototype> prototypes,
            @Nullable GaussianMixturePrior clouds,
            Map<String, double[]> points) {
        this.features = features;
        this.clouds = clouds;
        this.prototypes = List.copyOf(prototypes);
        this.points = Collections.unmodifiableMap(new TreeMap<>(points));
        Map<String, String> cells = new TreeMap<>();
        for (Prototype prototype : prototypes) {
            prototype.members().forEach(user -> cells.put(user, prototype.label()));
        }
        this.labels = Collections.unmodifiableMap(cells);
        this.map = Collections.unmodifiableMap(PrincipalAxes.positions(this.points));
    }

    /**
     * Clusters the users of the training rows.
     *
     * @param trainingRows choices of training users only; what the judge was fitted to
     */
    public static PrototypeSpace fit(
            RubricJudge judge,
            List<Preference> trainingRows,
            PrototypeOptions options,
            SeedTree seeds) {
        Map<String, UserContext> users = UserContext.byUser(trainingRows);
        if (users.isEmpty()) {
            throw new KindredException("cannot find prototypes: no training rows were given");
        }
        TasteFeatures features = TasteFeatures.fit(judge, users.values(), options.features());
        Map<String, double[]> points = new TreeMap<>();
        users.forEach((id, user) -> points.put(id, features.of(user)));
        int k =
                options.k() == PrototypeOptions.AUTO
                        ? PrototypeCount.choose(judge, users, options, seeds.child("count"))
                        : options.k();
        PrototypeSpace space =
                options.features() == PrototypeOptions.Features.WEIGHTS
                        ? byClouds(judge, features, users, points, k, seeds.child("cells"))
                        : byCentroids(
                                judge, features, users, points, k, options, seeds.child("cells"));
        return options.bootstrap() == 0
                ? space
                : space.withStability(judge, users, k, options, seeds.child("stability"));
    }

    private static PrototypeSpace byClouds(
            RubricJudge judge,
            TasteFeatures features,
            Map<String, UserContext> users,
            Map<String, double[]> points,
            int k,
            SeedTree seeds) {
        GaussianMixturePrior clouds = judge.clouds(users.values(), new int[] {k}, seeds).get(0);
        Map<String, Integer> cloudOf = likeliest(judge, clouds, users.values());
        int[] order = bySize(cloudOf.values(), clouds.shares().length);
        List<Prototype> prototypes = new ArrayList<>();
        for (int cloud : order) {
            List<String> members =
                    users.keySet().stream().filter(id -> cloudOf.get(id) == cloud).toList();
            prototypes.add(prototype(prototypes.size(), members, points, users, judge));
        }
        return new PrototypeSpace(features, prototypes, clouds.only(order), points);
    }

    private static PrototypeSpace byCentroids(
            RubricJudge judge,
            TasteFeatures features,
            Map<String, UserContext> users,
            Map<String, double[]> points,
            int k,
            PrototypeOptions options,
            SeedTree seeds) {
        Map<String, Integer> cellOf =
                nearest(List.copyOf(users.keySet()), points, k, options, seeds);
        List<Prototype> prototypes = new ArrayList<>();
        for (int cell : new TreeSet<>(cellOf.values())) {
            List<String> members =
                    users.keySet().stream().filter(id -> cellOf.get(id) == cell).toList();
            prototypes.add(prototype(prototypes.size(), members, points, users, judge));
        }
        return new PrototypeSpace(features, prototypes, null, points);
    }

    /** The likeliest cloud of each user. */
    private static Map<String, Integer> likeliest(
            RubricJudge judge, GaussianMixturePrior clouds, Collection<UserContext> users) {
        Map<String, Integer> cloudOf = new TreeMap<>();
        users.forEach(user -> cloudOf.put(user.userId(), likeliest(judge.shares(clouds, user))));
        return cloudOf;
    }

    /** The k-means cell of each user; cells are numbered by size. */
    private static Map<String, Integer> nearest(
            List<String> ids,
            Map<String, double[]> points,
            int k,
            PrototypeOptions options,
            SeedTree seeds) {
        Cells cells =
                new KMeansClusterer(options.starts())
                        .cluster(ids.stream().map(points::get).toArray(double[][]::new), k, seeds);
        Map<String, Integer> cellOf = new TreeMap<>();
        for (int i = 0; i < ids.size(); i++) {
            cellOf.put(ids.get(i), cells.labels()[i]);
        }
        return cellOf;
    }

    private PrototypeSpace withStability(
            RubricJudge judge,
            Map<String, UserContext> users,
            int k,
            PrototypeOptions options,
            SeedTree seeds) {
        double[] found =
                Stability.of(
                        prototypes.stream().map(Prototype::members).toList(),
                        options.bootstrap(),
                        (ids, own) -> {
                            if (clouds == null) {
                                return nearest(ids, points, k, options, own);
                            }
                            List<UserContext> drawn = ids.stream().map(users::get).toList();
                            return likeliest(
                                    judge, judge.clouds(drawn, new int[] {k}, own).get(0), drawn);
                        },
                        seeds);
        return new PrototypeSpace(
                features,
                IntStream.range(0, found.length)
                        .mapToObj(i -> prototypes.get(i).with(found[i]))
                        .toList(),
                clouds,
                points);
    }

    private static Prototype prototype(
            int number,
            List<String> members,
            Map<String, double[]> points,
            Map<String, UserContext> users,
            RubricJudge judge) {
        double[] centroid = new double[points.get(members.get(0)).length];
        for (String member : members) {
            for (int i = 0; i < centroid.length; i++) {
                centroid[i] += points.get(member)[i] / members.size();
            }
        }
        return new Prototype(
                "prototype-" + number,
                centroid,
                members,
                judge.persona(
                        members.stream()
                                .map(users::get)
                                .map(TasteFeatures.placeBy(judge))
                                .toList()),
                null);
    }

    private static int likeliest(double[] shares) {
        int best = 0;
        for (int g = 1; g < shares.length; g++) {
            best = shares[g] > shares[best] ? g : best;
        }
        return best;
    }

    /** Clouds that have members, those with most first. */
    private static int[] bySize(Collection<Integer> cloudOf, int clouds) {
        int[] sizes = new int[clouds];
        cloudOf.forEach(cloud -> sizes[cloud]++);
        return IntStream.range(0, clouds)
                .filter(cloud -> sizes[cloud] > 0)
                .boxed()
                .sorted(Comparator.comparingInt(cloud -> -sizes[cloud]))
                .mapToInt(Integer::intValue)
                .toArray();
    }

    /** Writes the cells to one file, complete or absent. */
    public void save(Path file) {
        Json.write(
                file,
                new PrototypeFile(
                        PrototypeFile.VERSION,
                        features.kind(),
                        features.weightScale(),
                        features.textScale(),
                        prototypes,
                        clouds,
                        points));
    }

    /**
     * Reads cells that assign users as the saved ones did.
     *
     * @param judge the one the cells were found with
     */
    public static PrototypeSpace load(Path file, RubricJudge judge) {
        PrototypeFile read = PrototypeFile.read(file);
        return new PrototypeSpace(
                new TasteFeatures(judge, read.features(), read.weightScale(), read.textScale()),
                read.prototypes(),
                read.clouds(),
                read.points());
    }

    /** Label of the cell that the history speaks for. */
    public String assign(UserContext user) {
        if (clouds != null) {
            return prototypes.get(likeliest(features.judge().shares(clouds, user))).label();
        }
        double[] point = features.of(user);
        return Collections.min(
                        prototypes,
                        Comparator.comparingDouble(p -> squaredDistance(p.centroid(), point)))
                .label();
    }

    /** Up to {@code n} members of the user's cell, nearest first, then of other cells. */
    public Neighbours neighbours(UserContext user, int n) {
        return neighbours(features.of(user), assign(user), user.userId(), n);
    }

    Neighbours neighbours(double[] point, String own, String userId, int n) {
        List<Near> near = near(point, userId, other -> labels.get(other).equals(own) ? 0 : 1);
        List<Near> taken = near.subList(0, Math.min(n, near.size()));
        return new Neighbours(
                taken.stream().map(Near::userId).toList(),
                taken.size() < n || taken.stream().anyMatch(other -> other.rank() > 0));
    }

    /** Control without cells: the nearest users anywhere. */
    public Neighbours nearestUsers(UserContext user, int n) {
        List<Near> near = near(features.of(user), user.userId(), other -> 0);
        return new Neighbours(near.stream().limit(n).map(Near::userId).toList(), near.size() < n);
    }

    /** All other users by the rank of their cell, then by distance. */
    private List<Near> near(double[] point, String userId, ToIntFunction<String> rank) {
        return others(userId).stream()
                .map(
                        other ->
                                new Near(
                                        other,
                                        rank.applyAsInt(other),
                                        squaredDistance(points.get(other), point)))
                .sorted()
                .toList();
    }

    /** Control: any other users. */
    public Neighbours randomUsers(UserContext user, int n, SeedTree seeds) {
        List<String> others = seeds.shuffled(others(user.userId()));
        return new Neighbours(others.subList(0, Math.min(n, others.size())), others.size() < n);
    }

    private List<String> others(String userId) {
        List<String> others = new ArrayList<>(points.keySet());
        others.remove(userId);
        return others;
    }

    static double squaredDistance(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += (a[i] - b[i]) * (a[i] - b[i]);
        }
        return sum;
    }

    /** Cells, largest first. */
    public List<Prototype> prototypes() {
        return prototypes;
    }

    /** Label of each training user, sorted by user id. */
    public Map<String, String> members() {
        return labels;
    }

    /** Place of each training user on the two main axes of difference, for a drawing. */
    public Map<String, double[]> map() {
        return map;
    }
}
