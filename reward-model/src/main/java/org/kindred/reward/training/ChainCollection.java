package org.kindred.reward.training;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.kindred.datasets.AtomicFiles;
import org.kindred.datasets.Json;
import org.kindred.datasets.JsonLines;
import org.kindred.datasets.KindredException;
import org.kindred.datasets.OrderedWork;
import org.kindred.reward.chain.ChainCriterion;
import org.kindred.reward.chain.ChainOutcome;
import org.kindred.reward.chain.ChainParser;
import org.kindred.reward.chain.ChainText;
import org.kindred.reward.chain.ChainWriter;
import org.kindred.reward.chain.EvaluationChain;
import org.kindred.reward.chain.Samples;

/**
 * Chains of a teacher by rejection sampling (P-GenRM, arXiv 2602.12116, 2.1): the teacher reads the
 * user's past and stated wishes and is not told which response was chosen; a chain stays if what is
 * learned of it can be read and ranks the chosen response strictly first.
 *
 * <p>Every attempt is a line of the file, rejected ones with their reason and without text. A
 * collection that was interrupted goes on after the last pair that is complete.
 */
public final class ChainCollection {
    private final ChainWriter teacher;
    private final ChainDataOptions options;
    private final ChainParser parser = new ChainParser(ChainParser.Totals.RECOMPUTED);
    private volatile boolean stopRequested;

    public ChainCollection(ChainWriter teacher, ChainDataOptions options) {
        this.teacher = teacher;
        this.options = options;
    }

    /** Asks {@link #collect} to return after the pair in progress. Safe from any thread. */
    public void requestStop() {
        stopRequested = true;
    }

    /** A pair in one order. */
    private record Ask(TrainingPair pair, boolean chosenFirst) {
        String key() {
            return AskedPair.id(pair, chosenFirst);
        }
    }

    /**
     * Asks about the pairs in their order until the budget is spent.
     *
     * @param threads questions at once
     * @param progress hears how many chains there are
     * @return whether all was asked that should be; false after {@link #requestStop}
     */
    public boolean collect(
            Path file, List<TrainingPair> pairs, int threads, LongConsumer progress) {
        List<TeacherChain> before = Files.exists(file) ? complete(read(file)) : List.of();
        AtomicFiles.write(file, out -> write(out, before));
        Set<String> done = new HashSet<>();
        before.forEach(line -> done.add(line.rowId() + line.chosenFirst()));
        List<Ask> asks = new ArrayList<>();
        long asked = 0;
        for (Ask ask : orders(pairs)) {
            asked += options.samples();
            if (options.budget() > 0 && asked > options.budget()) {
                break;
            }
            if (!done.contains(ask.pair().id() + ask.chosenFirst())) {
                asks.add(ask);
            }
        }
        long[] count = {before.size()};
        try (OutputStream out = Files.newOutputStream(file, StandardOpenOption.APPEND)) {
            OrderedWork.run(
                    asks.iterator(),
                    threads,
                    ask -> stopRequested ? List.<TeacherChain>of() : chains(ask),
                    lines -> {
                        write(out, lines);
                        count[0] += lines.size();
                        progress.accept(count[0]);
                    });
        } catch (IOException e) {
            throw AtomicFiles.failure("writing", file, e);
        }
        return !stopRequested;
    }

    private List<Ask> orders(List<TrainingPair> pairs) {
        List<Ask> asks = new ArrayList<>();
        for (TrainingPair pair : pairs) {
            boolean first = (pair.id().hashCode() & 1) == 0;
            asks.add(new Ask(pair, first));
            if (options.bothOrders()) {
                asks.add(new Ask(pair, !first));
            }
        }
        return asks;
    }

    private List<TeacherChain> chains(Ask ask) {
        List<ChainOutcome> outcomes =
                teacher.write(
                        ask.pair().teacherRequest(ask.chosenFirst()),
                        new Samples(0, options.samples(), options.temperature()));
        List<TeacherChain> lines = new ArrayList<>();
        Set<String> texts = new HashSet<>();
        for (int sample = 0; sample < outcomes.size(); sample++) {
            lines.add(line(ask, sample, outcomes.get(sample), texts));
        }
        return lines;
    }

    private TeacherChain line(Ask ask, int sample, ChainOutcome outcome, Set<String> texts) {
        if (!(outcome instanceof ChainOutcome.Written written)) {
            String reason = ((ChainOutcome.Failed) outcome).reason();
            return rejected(ask, sample, "failed: " + reason);
        }
        String text = text(written.chain());
        if (text == null || !(parser.parse(text, 2) instanceof ChainParser.Read read)) {
            return rejected(ask, sample, "unreadable");
        }
        double gap = gap(read.chain(), ask.chosenFirst());
        if (!(gap > 0)) {
            return rejected(ask, sample, gap == 0 ? "tie" : "wrong order");
        }
        if (!texts.add(text)) {
            return rejected(ask, sample, "duplicate");
        }
        return new TeacherChain(
                ask.pair().user().userId(),
                ask.pair().id(),
                ask.chosenFirst(),
                sample,
                teacher.name(),
                text,
                read.chain().criteria().stream().map(ChainCriterion::name).toList(),
                null);
    }

    private @Nullable String text(EvaluationChain chain) {
        try {
            return ChainText.of(chain, options.criteria());
        } catch (IllegalArgumentException incomplete) {
            return null; // counted as unreadable
        }
    }

    private static double gap(EvaluationChain chain, boolean chosenFirst) {
        Double first = chain.scores().get(0);
        Double second = chain.scores().get(1);
        if (first == null || second == null) {
            return Double.NaN;
        }
        return chosenFirst ? first - second : second - first;
    }

    private TeacherChain rejected(Ask ask, int sample, String reason) {
        return new TeacherChain(
                ask.pair().user().userId(),
                ask.pair().id(),
                ask.chosenFirst(),
                sample,
                teacher.name(),
                null,
                List.of(),
                reason);
    }

    /** Without the lines of a pair and order that an interruption cut short. */
    private List<TeacherChain> complete(List<TeacherChain> lines) {
        Map<String, Integer> counts = new LinkedHashMap<>();
        lines.forEach(line -> counts.merge(line.rowId() + line.chosenFirst(), 1, Integer::sum));
        return lines.stream()
                .filter(l -> counts.get(l.rowId() + l.chosenFirst()) == options.samples())
                .toList();
    }

    private static void write(OutputStream out, List<TeacherChain> lines) {
        StringBuilder text = new StringBuilder();
        lines.forEach(line -> text.append(Json.line(line)).append('\n'));
        try {
            out.write(text.toString().getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new KindredException("Chains cannot be written: the disk may be full", e);
        }
    }

    /** All lines of a file; one that was cut off is left out. */
    public static List<TeacherChain> read(Path file) {
        List<TeacherChain> lines = new ArrayList<>();
        JsonLines.read(
                file,
                (record, line) -> {
                    try {
                        lines.add(Json.mapper().treeToValue(record, TeacherChain.class));
                    } catch (JsonProcessingException e) {
                        throw new KindredException(
                                file
                                        + " line "
                                        + line
                                        + " is no chain of a teacher; remove the file",
                                e);
                    }
                },
                cutOff -> {});
        return lines;
    }

    /** Kept chains, in the order of the file. */
    public static List<TeacherChain> kept(List<TeacherChain> lines) {
        return lines.stream().filter(line -> line.text() != null).toList();
    }

    /** How many were kept, and how many rejected for each reason. */
    public static Map<String, Integer> tally(List<TeacherChain> lines) {
        Map<String, Integer> tally = new TreeMap<>();
        for (TeacherChain line : lines) {
            tally.merge(line.rejected() == null ? "kept" : line.rejected(), 1, Integer::sum);
        }
        return tally;
    }
}
