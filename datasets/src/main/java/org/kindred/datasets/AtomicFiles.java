package org.kindred.datasets;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.ReadOnlyFileSystemException;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Files and folders that are complete or absent, whenever the process or the machine stops.
 *
 * <p>Written beside the target under a name that starts with a dot and ends in {@code .tmp},
 * flushed to the disk, renamed, and the parent folder flushed. Where the file system knows owners,
 * only the owner can read the result, since artefacts hold texts of users. What a crash leaves
 * behind is the {@code .tmp} entry, which no reader opens.
 */
public final class AtomicFiles {

    /** Writes the content; may throw what I/O throws. */
    @FunctionalInterface
    public interface Content<T> {
        void writeTo(T target) throws IOException;
    }

    private AtomicFiles() {}

    /**
     * Writes a file, replacing an older one in one step.
     *
     * @param content gets a buffered stream; it need not be closed or flushed
     * @throws KindredException if the file cannot be written; an older file is then untouched
     */
    public static void write(Path file, Content<OutputStream> content) {
        Path target = file.toAbsolutePath();
        Path temporary = null;
        try {
            Path parent = createParent(target);
            temporary = Files.createTempFile(parent, "." + target.getFileName() + ".", ".tmp");
            try (FileChannel channel = FileChannel.open(temporary, StandardOpenOption.WRITE);
                    OutputStream out =
                            new BufferedOutputStream(Channels.newOutputStream(channel))) {
                content.writeTo(out);
                out.flush();
                channel.force(true);
            }
            restrict(temporary, "rw-------");
            Files.move(
                    temporary,
                    target,
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
            temporary = null;
            flushFolder(parent);
        } catch (IOException | UncheckedIOException e) {
            throw failure("writing", file, e);
        } finally {
            delete(temporary);
        }
    }

    /** Writes text as UTF-8. */
    public static void writeText(Path file, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        write(file, out -> out.write(bytes));
    }

    /**
     * Writes a folder that appears under its name only when all of its files are on the disk.
     *
     * @param folder must be absent or empty: a folder cannot be replaced in one step
     * @param content gets the temporary folder and fills it
     * @throws KindredException if it exists with content, or cannot be written
     */
    public static void writeFolder(Path folder, Content<Path> content) {
        write(folder, content, false);
    }

    /**
     * Writes a folder in place of an older one. The old one is moved aside when the new one is
     * complete, and removed when that stands in its place; a crash between the two moves leaves the
     * old one under its {@code .tmp} name.
     *
     * @throws KindredException if it cannot be written; the old folder is then untouched
     */
    public static void replaceFolder(Path folder, Content<Path> content) {
        write(folder, content, true);
    }

    private static void write(Path folder, Content<Path> content, boolean replace) {
        Path target = folder.toAbsolutePath();
        Path temporary = null;
        Path old = null;
        try {
            if (!replace) {
                refuseFilled(target);
            }
            Path parent = createParent(target);
            temporary =
                    Files.createDirectory(
                            parent.resolve("." + target.getFileName() + "." + freeName() + ".tmp"));
            restrict(temporary, "rwx------");
            content.writeTo(temporary);
            flushTree(temporary);
            if (replace && Files.exists(target)) {
                old =
                        temporary.resolveSibling(
                                "." + target.getFileName() + "." + freeName() + ".tmp");
                Files.move(target, old, StandardCopyOption.ATOMIC_MOVE);
            }
            Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
            temporary = null;
            flushFolder(parent);
        } catch (IOException | UncheckedIOException e) {
            putBack(old, target);
            throw failure("writing the folder", folder, e);
        } finally {
            delete(temporary);
        }
        delete(old);
    }

    /**
     * Removes a file, or a folder with all that is in it, if it is there.
     *
     * @throws KindredException if that fails; some of it may then be gone
     */
    public static void remove(Path path) {
        try {
            if (Files.exists(path)) {
                deleteTree(path);
            }
        } catch (IOException | UncheckedIOException e) {
            throw failure("removing", path, e);
        }
    }

    /**
     * Removes what a crash left under {@code .tmp} names. Only for the one owner of a folder: what
     * another process is writing would go as well.
     */
    public static void removeLeftovers(Path root) {
        List<Path> left;
        try (Stream<Path> walk = Files.walk(root)) {
            left = walk.filter(AtomicFiles::isLeftover).toList();
        } catch (IOException | UncheckedIOException e) {
            throw failure("looking for leftovers in", root, e);
        }
        left.forEach(AtomicFiles::remove);
    }

    /** Whether a name is that of a file or folder in the making. */
    public static boolean isLeftover(Path path) {
        String name = String.valueOf(path.getFileName());
        return name.startsWith(".") && name.endsWith(".tmp");
    }

    private static void deleteTree(Path path) throws IOException {
        try (Stream<Path> walk = Files.walk(path)) {
            for (Path entry : walk.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(entry);
            }
        }
    }

    /**
     * A message for the person at the terminal: what failed, on which path, why, what to do.
     *
     * @param doing the work in words, for example {@code "reading the manifest"}
     */
    public static KindredException failure(String doing, Path path, Exception cause) {
        Throwable e = cause instanceof UncheckedIOException ? cause.getCause() : cause;
        String text = e.getMessage() == null ? "" : e.getMessage().toLowerCase(Locale.ROOT);
        String reason;
        if (text.contains("no space left")
                || text.contains("not enough space")
                || text.contains("disk is full")) {
            reason = "the disk is full; free space or choose a path on another disk";
        } else if (text.contains("quota exceeded")) {
            reason = "your disk quota is used up; free space or choose a path on another disk";
        } else if (e instanceof AccessDeniedException) {
            reason = "no permission; check the owner and mode of the path and its parent folder";
        } else if (e instanceof ReadOnlyFileSystemException || text.contains("read-only")) {
            reason = "the file system is read-only; choose another path";
        } else if (e instanceof NoSuchFileException) {
            reason = "it does not exist; check the path";
        } else if (e instanceof DirectoryNotEmptyException) {
            reason = "it is a folder with content; choose another path or remove it first";
        } else if (e instanceof FileAlreadyExistsException
                || e instanceof NotDirectoryException
                || text.contains("not a directory")) {
            reason = "a file stands where a folder is needed; choose another path or move the file";
        } else if (e instanceof AtomicMoveNotSupportedException) {
            reason = "its file system cannot rename in one step; choose a path on a local disk";
        } else {
            reason = e.getClass().getSimpleName() + "; check the path and the disk";
        }
        return new KindredException(doing + " " + path + " failed: " + reason, cause);
    }

    private static void putBack(@Nullable Path old, Path target) {
        if (old != null && !Files.exists(target)) {
            try {
                Files.move(old, target, StandardCopyOption.ATOMIC_MOVE);
            } catch (IOException e) {
                throw failure("putting back the folder " + old + " as", target, e);
            }
        }
    }

    private static void refuseFilled(Path folder) throws IOException {
        if (Files.isDirectory(folder)) {
            try (Stream<Path> entries = Files.list(folder)) {
                if (entries.findAny().isPresent()) {
                    throw new DirectoryNotEmptyException(folder.toString());
                }
            }
        } else if (Files.exists(folder)) {
            throw new FileAlreadyExistsException(folder.toString());
        }
    }

    /** Makes a folder and those above it where they are missing, for their owner alone. */
    public static Path createFolders(Path folder) throws IOException {
        return Files.createDirectories(folder, ownerOnly(folder, "rwx------"));
    }

    /** Opens a file; one that this makes is for its owner alone. */
    public static FileChannel open(Path file, OpenOption... options) throws IOException {
        return FileChannel.open(file, Set.of(options), ownerOnly(file, "rw-------"));
    }

    private static FileAttribute<?>[] ownerOnly(Path path, String permissions) {
        return hasOwners(path)
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString(permissions))
                }
                : new FileAttribute<?>[0];
    }

    private static Path createParent(Path target) throws IOException {
        Path parent = target.getParent();
        if (parent == null || target.getFileName() == null) {
            throw new AccessDeniedException(target.toString());
        }
        return createFolders(parent);
    }

    /** Unlike every random number of a run this must differ between processes. */
    private static String freeName() {
        return ProcessHandle.current().pid() + "-" + Long.toHexString(System.nanoTime());
    }

    private static void flushTree(Path folder) throws IOException {
        List<Path> entries;
        try (Stream<Path> walk = Files.walk(folder)) {
            entries = walk.sorted(Comparator.reverseOrder()).toList(); // children before parents
        }
        for (Path entry : entries) {
            if (Files.isDirectory(entry)) {
                restrict(entry, "rwx------");
                flushFolder(entry);
            } else {
                restrict(entry, "rw-------");
                try (FileChannel channel = FileChannel.open(entry, StandardOpenOption.WRITE)) {
                    channel.force(true);
                }
            }
        }
    }

    private static void flushFolder(Path folder) throws IOException {
        if (!hasOwners(folder)) {
            return; // Windows cannot open a folder; its rename is journalled
        }
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    private static void restrict(Path path, String permissions) throws IOException {
        if (hasOwners(path)) {
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(permissions));
        }
    }

    private static boolean hasOwners(Path path) {
        return path.getFileSystem().supportedFileAttributeViews().contains("posix");
    }

    /** Best effort: the first failure is the one to report, and leftovers are never read. */
    private static void delete(@Nullable Path temporary) {
        if (temporary == null) {
            return;
        }
        try {
            deleteTree(temporary);
        } catch (IOException | UncheckedIOException e) {
            temporary.toFile().deleteOnExit();
        }
    }
}
