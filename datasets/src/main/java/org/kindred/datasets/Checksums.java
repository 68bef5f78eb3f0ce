package org.kindred.datasets;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * SHA-256 of the files of a folder, in {@code checksums.sha256} beside them, so that a damaged one
 * is found before it changes a result. The lines are those of the tool {@code sha256sum}.
 *
 * <p>A file without a line is not checked: people may put files of their own into a folder. Whoever
 * writes a file anew drops its line before and adds it after, so that a crash between the two
 * leaves an unchecked file and no false alarm.
 */
public final class Checksums {
    public static final String FILE = "checksums.sha256";

    private static final String SEPARATOR = "  ";
    private static final int DIGITS = 64;

    private Checksums() {}

    /** Takes all files that lie directly in the folder. */
    public static void addAll(Path folder) {
        add(folder, files(folder));
    }

    /** Takes one file. */
    public static void add(Path file) {
        add(file.toAbsolutePath().getParent(), List.of(file));
    }

    private static void add(Path folder, Collection<Path> files) {
        Map<String, String> sums = read(folder);
        for (Path file : files) {
            sums.put(String.valueOf(file.getFileName()), sum(file));
        }
        write(folder, sums);
    }

    /** Takes a file again that was rightly changed; one that was not checked stays so. */
    public static void renew(Path file) {
        if (read(file.toAbsolutePath().getParent())
                .containsKey(String.valueOf(file.getFileName()))) {
            add(file);
        }
    }

    /**
     * Leaves a file unchecked from now on.
     *
     * @return whether it was checked
     */
    public static boolean drop(Path file) {
        Path folder = file.toAbsolutePath().getParent();
        Map<String, String> sums = read(folder);
        boolean checked = sums.remove(String.valueOf(file.getFileName())) != null;
        if (checked) {
            write(folder, sums);
        }
        return checked;
    }

    /**
     * Checks the files that lie directly in the folder.
     *
     * @throws KindredException that names those whose content is not what was written
     */
    public static void check(Path folder) {
        check(folder, file -> true);
    }

    /** Likewise for those of one kind. */
    public static void check(Path folder, Predicate<Path> wanted) {
        refuse(damaged(folder, wanted));
    }

    /** Likewise for the folder and all folders in it. */
    public static void checkTree(Path root) {
        List<Path> damaged = new ArrayList<>();
        try (Stream<Path> walk = Files.walk(root)) {
            for (Path sums : walk.filter(path -> path.endsWith(FILE)).sorted().toList()) {
                damaged.addAll(damaged(sums.getParent(), file -> true));
            }
        } catch (IOException e) {
            throw AtomicFiles.failure("reading", root, e);
        }
        refuse(damaged);
    }

    /** The files that lie directly in the folder whose content is not what was written. */
    public static List<Path> damaged(Path folder) {
        return damaged(folder, file -> true);
    }

    private static void refuse(List<Path> damaged) {
        if (!damaged.isEmpty()) {
            throw new KindredException(
                    String.join(", ", damaged.stream().map(Path::toString).toList())
                            + (damaged.size() == 1 ? " is" : " are")
                            + " damaged: found another SHA-256 than "
                            + FILE
                            + " beside it has. Take the file from a copy, or make it again: --force"
                            + " replaces a run, and a stage whose folder is removed is made anew");
        }
    }

    private static List<Path> damaged(Path folder, Predicate<Path> wanted) {
        List<Path> damaged = new ArrayList<>();
        read(folder)
                .forEach(
                        (name, sum) -> {
                            Path file = folder.resolve(name);
                            if (wanted.test(file)
                                    && Files.isRegularFile(file)
                                    && !sum.equals(sum(file))) {
                                damaged.add(file);
                            }
                        });
        return damaged;
    }

    private static List<Path> files(Path folder) {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.filter(Files::isRegularFile)
                    .filter(file -> !file.endsWith(FILE))
                    .filter(file -> !String.valueOf(file.getFileName()).startsWith("."))
                    .toList();
        } catch (IOException e) {
            throw AtomicFiles.failure("listing", folder, e);
        }
    }

    private static String sum(Path file) {
        try {
            return Sha256.of(file);
        } catch (IOException e) {
            throw AtomicFiles.failure("reading", file, e);
        }
    }

    private static Map<String, String> read(Path folder) {
        Path file = folder.resolve(FILE);
        Map<String, String> sums = new TreeMap<>();
        if (!Files.exists(file)) {
            return sums;
        }
        try {
            for (String line :
                    new String(Files.readAllBytes(file), StandardCharsets.UTF_8).lines().toList()) {
                if (!line.startsWith(SEPARATOR, DIGITS)) {
                    throw new KindredException(
                            file
                                    + ": found a line that is not a SHA-256, two blanks and a name;"
                                    + " the file is damaged. Take it from a copy, or make the run"
                                    + " again with --force");
                }
                sums.put(line.substring(DIGITS + SEPARATOR.length()), line.substring(0, DIGITS));
            }
        } catch (IOException e) {
            throw AtomicFiles.failure("reading", file, e);
        }
        return sums;
    }

    private static void write(Path folder, Map<String, String> sums) {
        StringBuilder text = new StringBuilder();
        sums.forEach((name, sum) -> text.append(sum).append(SEPARATOR).append(name).append('\n'));
        AtomicFiles.writeText(folder.resolve(FILE), text.toString());
    }
}
