package org.kindred.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kindred.datasets.AtomicFiles;
import org.kindred.datasets.Checksums;
import picocli.CommandLine;

/**
 * One flipped bit in any file of a finished run: a command that reads the file names it and
 * refuses, or says what it says without the flip. How many is the system property {@code
 * kindred.flips}.
 */
@Tag("slow")
final class FlippedBitsTest {
    private static final int FLIPS = Integer.getInteger("kindred.flips", 1000);

    /** Sums whose own lines are damaged leave files unchecked, which are then good. */
    private static final List<String> NOT_COMPARED =
            List.of("provenance.json", "run.lock", "timings.jsonl", Checksums.FILE);

    @TempDir private Path folder;

    private record Outcome(int status, String output, Map<String, Integer> files) {}

    /** A command, its words, and what it writes. */
    private record Reader(List<String> words, String writes) {}

    @Test
    void everyFileOfARun_isReadWholeOrRefused() throws Exception {
        try (InputStream tiny = RunCommandTest.class.getResourceAsStream("tiny.yaml")) {
            Files.write(folder.resolve("tiny.yaml"), tiny.readAllBytes());
        }
        Kindred.Outcome made = Kindred.run(folder, "run", "--config=tiny.yaml", "--out=run");
        assertThat(made.status()).as(made.output()).isZero();
        Map<Path, byte[]> whole = new TreeMap<>();
        try (Stream<Path> walk = Files.walk(folder.resolve("run"))) {
            for (Path file : walk.filter(Files::isRegularFile).toList()) {
                whole.put(file, Files.readAllBytes(file));
            }
        }
        Map<List<String>, Outcome> right = new HashMap<>();
        List<Path> files = whole.keySet().stream().filter(f -> whole.get(f).length > 0).toList();
        Random random = new Random(1);
        List<String> silent = new ArrayList<>();
        for (int flip = 0; flip < FLIPS; flip++) {
            Path file = files.get(flip % files.size());
            byte[] bytes = whole.get(file).clone();
            int at = random.nextInt(bytes.length);
            int bit = random.nextInt(8);
            for (Reader reader : readers(file)) {
                restore(whole);
                right.computeIfAbsent(reader.words(), words -> outcome(reader));
                restore(whole);
                bytes[at] = (byte) (whole.get(file)[at] ^ 1 << bit);
                Files.write(file, bytes);
                Outcome outcome = outcome(reader);
                boolean refused =
                        outcome.status() != 0
                                && (outcome.output().contains(file.getFileName().toString())
                                        || outcome.output().contains("damaged"));
                boolean warned =
                        outcome.output().contains("damaged"); // data are people's own to change
                if (!refused && !warned && !outcome.equals(right.get(reader.words()))) {
                    silent.add(
                            "%s byte %d bit %d, %s: %d"
                                    .formatted(
                                            folder.relativize(file),
                                            at,
                                            bit,
                                            String.join(" ", reader.words().subList(0, 2)),
                                            outcome.status()));
                }
                assertThat(outcome.output()).doesNotContain("fault of Kindred", "\tat ");
            }
            restore(whole);
        }
        assertThat(silent).isEmpty();
    }

    private List<Reader> readers(Path file) {
        Path run = folder.resolve("run");
        String name = run.relativize(file).toString();
        List<Reader> readers = new ArrayList<>();
        readers.add(new Reader(List.of("run", "--resume", "--out=" + run), "run/eval"));
        if (name.startsWith("reward") || name.startsWith("data")) {
            readers.add(
                    new Reader(
                            List.of(
                                    "reward",
                                    "score",
                                    run.resolve("data").toString(),
                                    "--judge=run:" + run,
                                    "--set=diagnose=0",
                                    "--out=" + folder.resolve("scores")),
                            "scores"));
        }
        if (name.contains("/model/")) {
            readers.add(
                    new Reader(
                            List.of(
                                    "policy",
                                    "generate",
                                    "--model=" + file.getParent(),
                                    "--prompt=say it",
                                    "--temperature=0",
                                    "--max-new-tokens=8",
                                    "--threads=1"),
                            ""));
        }
        if (name.startsWith("eval") || name.endsWith("metrics.jsonl")) {
            readers.add(
                    new Reader(List.of("eval", "report", run.toString()), "run/eval/report.html"));
        }
        return readers;
    }

    private void restore(Map<Path, byte[]> whole) throws Exception {
        for (Map.Entry<Path, byte[]> file : whole.entrySet()) {
            if (!Files.exists(file.getKey())
                    || !Arrays.equals(Files.readAllBytes(file.getKey()), file.getValue())) {
                Files.createDirectories(file.getKey().getParent());
                Files.write(file.getKey(), file.getValue());
            }
        }
    }

    /** In this process, since a thousand are run. */
    private Outcome outcome(Reader reader) {
        StringWriter text = new StringWriter();
        PrintWriter out = new PrintWriter(text);
        CommandLine line = Main.commandLine().setOut(out).setErr(out);
        int status = line.execute(reader.words().toArray(String[]::new));
        String said =
                text.toString().replaceAll("\\[ *\\d+:\\d\\d\\]", "").replaceAll("0:\\d\\d", "");
        Map<String, Integer> written = new TreeMap<>();
        Path root = folder.resolve(reader.writes());
        if (!reader.writes().isEmpty() && Files.exists(root)) {
            try (Stream<Path> walk = Files.walk(root)) {
                for (Path file : walk.filter(Files::isRegularFile).toList()) {
                    String name = file.getFileName().toString();
                    if (!NOT_COMPARED.contains(name)) {
                        written.put(
                                root.relativize(file).toString(),
                                Arrays.hashCode(Files.readAllBytes(file)));
                    }
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        if (reader.writes().equals("scores")) {
            AtomicFiles.remove(root);
        }
        return new Outcome(status, said, written);
    }
}
