package org.kindred.datasets.source;

import com.sun.management.OperatingSystemMXBean;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import org.kindred.datasets.AtomicFiles;
import org.kindred.datasets.Json;
import org.kindred.datasets.Message;

/**
 * A process of its own that imports a generated file again and again and writes how fast it was.
 * Arguments: folder, megabytes, rounds, threads, file for the result.
 */
final class ImportSpeed {
    private static final int RECORD_CHARS = 1_950;
    private static final String[] WORDS =
            ("the people who live beside a harbour know what weather brings and they talk about it"
                            + " over coffee – “slowly”, without hurry; naïve visitors do not")
                    .split(" ");

    private ImportSpeed() {}

    public static void main(String[] arguments) throws IOException {
        Path folder = Files.createDirectories(Path.of(arguments[0]));
        int megabytes = Integer.parseInt(arguments[1]);
        int threads = Integer.parseInt(arguments[3]);
        Path file = folder.resolve("records-" + megabytes + ".jsonl");
        if (!Files.exists(file)) {
            generate(file, megabytes * 1_000_000L);
        }
        StringBuilder csv =
                new StringBuilder("round,megabytes,records,seconds,mb_per_s,cpu_s,mb_per_cpu_s\n");
        for (int round = 1; round <= Integer.parseInt(arguments[2]); round++) {
            csv.append(round).append(',').append(measure(file, folder.resolve("out"), threads));
            Files.writeString(Path.of(arguments[4]), csv);
        }
    }

    private static String measure(Path file, Path out, int threads) throws IOException {
        AtomicFiles.remove(out);
        ImportOptions d = ImportOptions.defaults();
        ImportOptions options =
                new ImportOptions(
                        1,
                        0,
                        false,
                        threads,
                        d.userColumn(),
                        d.idColumn(),
                        d.pairsPerUser(),
                        d.candidates());
        OperatingSystemMXBean system =
                ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
        long cpu = system.getProcessCpuTime();
        long start = System.nanoTime();
        ImportReport report =
                DatasetImport.run(
                                "canonical",
                                List.of(file),
                                out,
                                false,
                                options,
                                (doing, done, total) -> {})
                        .report();
        double seconds = (System.nanoTime() - start) / 1e9;
        double cpuSeconds = (system.getProcessCpuTime() - cpu) / 1e9;
        double size = Files.size(file) / 1e6;
        AtomicFiles.remove(out);
        return String.format(
                Locale.ROOT,
                "%.0f,%d,%.1f,%.1f,%.1f,%.1f%n",
                size,
                report.preferences(),
                seconds,
                size / seconds,
                cpuSeconds,
                size / cpuSeconds);
    }

    /** Canonical rows of about 2 kB: three messages in the prompt, two answers, ratings, meta. */
    private static void generate(Path file, long bytes) throws IOException {
        SplittableRandom random = new SplittableRandom(1);
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file), 1 << 20)) {
            long written = 0;
            for (int i = 0; written < bytes; i++) {
                String text = text(random);
                int part = text.length() / 5;
                Object row =
                        PairBuilder.of(
                                        "row-" + i,
                                        "user-" + random.nextInt(5_000),
                                        List.of(
                                                Message.user(text.substring(0, part)),
                                                Message.assistant(text.substring(part, 2 * part)),
                                                Message.user(text.substring(2 * part, 3 * part))))
                                .answers(
                                        text.substring(3 * part, 4 * part) + i,
                                        text.substring(4 * part))
                                .scores((double) random.nextInt(51, 100), 40.0)
                                .domain("domain-" + i % 10)
                                .build();
                byte[] line = (Json.line(row) + "\n").getBytes(StandardCharsets.UTF_8);
                out.write(line);
                written += line.length;
            }
        }
    }

    private static String text(SplittableRandom random) {
        StringBuilder text = new StringBuilder();
        while (text.length() < RECORD_CHARS - 350) {
            text.append(WORDS[random.nextInt(WORDS.length)]).append(' ');
        }
        return text.toString();
    }
}
