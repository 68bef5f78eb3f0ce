package org.kindred.datasets.source;

import java.io.IOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.kindred.datasets.AtomicFiles;
import org.kindred.datasets.KindredException;

/**
 * The files of a format among what the user named, told by content and not by name.
 *
 * @param files sorted by layout, then by name
 * @param unread files below a folder that are of another kind
 */
public record SourceFiles(List<SourceFile> files, List<Unread> unread) {

    public SourceFiles {
        files = List.copyOf(files);
        unread = List.copyOf(unread);
    }

    /**
     * @param paths files and folders; a folder is searched with everything below it
     * @throws KindredException if a path does not exist, a named file is of another kind, or
     *     nothing is found
     */
    public static SourceFiles find(SourceFormat format, List<Path> paths) {
        List<SourceFile> files = new ArrayList<>();
        List<Unread> unread = new ArrayList<>();
        for (Path path : paths) {
            boolean folder = Files.isDirectory(path);
            for (Path file : folder ? below(path) : List.of(existing(path))) {
                String name =
                        folder
                                ? path.relativize(file).toString().replace('\\', '/')
                                : String.valueOf(file.getFileName());
                FileHead head = new FileHead(file);
                Layout layout = layout(format, head, !folder);
                if (layout == null) {
                    unread.add(Unread.of(name, head));
                } else {
                    files.add(new SourceFile(file, name, layout));
                }
            }
        }
        if (files.isEmpty()) {
            throw new KindredException(
                    "no file of the format "
                            + format.card().name()
                            + " below "
                            + paths
                            + "; expected one of "
                            + format.layouts().stream().map(Layout::name).toList()
                            + ", told by the fields of the first records"
                            + (unread.isEmpty() ? "" : "; found " + unread));
        }
        files.sort(
                Comparator.comparingInt(
                                (SourceFile file) -> format.layouts().indexOf(file.layout()))
                        .thenComparing(SourceFile::name));
        return new SourceFiles(files, unread);
    }

    private static @Nullable Layout layout(SourceFormat format, FileHead head, boolean named) {
        Layout best = null;
        long most = 0;
        for (Layout layout : format.layouts()) {
            long matches = layout.matches(head);
            if (matches > most) {
                best = layout;
                most = matches;
            }
        }
        if (best != null) {
            return best;
        }
        if (named && format.layouts().size() == 1) {
            return format.layouts().get(0);
        }
        if (named) {
            throw new KindredException(
                    "the first records of "
                            + head.file()
                            + " are none of "
                            + format.layouts().stream().map(Layout::name).toList()
                            + "; check that it is a file of "
                            + format.card().name());
        }
        return null;
    }

    private static Path existing(Path path) {
        if (!Files.exists(path)) {
            throw new KindredException("there is no " + path + " to import; check the path");
        }
        return path;
    }

    private static List<Path> below(Path folder) {
        try (Stream<Path> tree = Files.walk(folder, FileVisitOption.FOLLOW_LINKS)) {
            return tree.filter(Files::isRegularFile)
                    .filter(file -> !folder.relativize(file).toString().startsWith("."))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw AtomicFiles.failure("listing", folder, e);
        }
    }
}
