package org.kindred.policy.metrics;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.util.Locale;
import java.util.Map;
import java.util.zip.CRC32C;
import org.kindred.datasets.AtomicFiles;

/**
 * A TensorBoard event file of scalars.
 *
 * <pre>
 * record   length (8 bytes), masked CRC32C of the length (4), event, masked CRC32C of the event (4)
 * mask     ((crc &gt;&gt;&gt; 15) | (crc &lt;&lt; 17)) + 0xa282ead8
 * Event    1: wall_time (double), 2: step (int64), 3: file_version (string), 5: summary (message)
 * Summary  1: value (message): 1: tag (string), 2: simple_value (float)
 * </pre>
 *
 * All little-endian; events are protocol buffers encoded by hand. Events hold wall times, so these
 * files are not part of what a run repeats byte for byte.
 */
public final class EventFile implements AutoCloseable {
    private static final int MASK_DELTA = 0xa282ead8;
    private static final int VARINT = 0;
    private static final int FIXED_64 = 1;
    private static final int BYTES = 2;
    private static final int FIXED_32 = 5;

    private final Path file;
    private final OutputStream out;
    private final Clock clock;

    /**
     * Starts a file that goes on after a step. TensorBoard reads all files of a folder together.
     *
     * @param lastStep makes the name, so that a resumed run does not write over the old file
     */
    public EventFile(Path folder, long lastStep, Clock clock) {
        this.clock = clock;
        String name =
                String.format(
                        Locale.ROOT,
                        "events.out.tfevents.%010d.kindred.%d",
                        clock.instant().getEpochSecond(),
                        lastStep);
        file = folder.resolve(name);
        try {
            AtomicFiles.createFolders(folder);
            out =
                    Channels.newOutputStream(
                            AtomicFiles.open(
                                    file,
                                    StandardOpenOption.CREATE,
                                    StandardOpenOption.TRUNCATE_EXISTING,
                                    StandardOpenOption.WRITE));
        } catch (IOException e) {
            throw AtomicFiles.failure("opening the event file", file, e);
        }
        ByteArrayOutputStream event = timed();
        text(event, 3, "brain.Event:2");
        append(event);
    }

    /** Appends one event with all numbers of a step. */
    public void write(StepMetrics metrics) {
        ByteArrayOutputStream summary = new ByteArrayOutputStream();
        for (Map.Entry<String, Double> metric : metrics.values().entrySet()) {
            ByteArrayOutputStream value = new ByteArrayOutputStream();
            text(value, 1, metric.getKey());
            key(value, 2, FIXED_32);
            value.writeBytes(littleEndian(4).putFloat(metric.getValue().floatValue()).array());
            message(summary, 1, value.toByteArray());
        }
        ByteArrayOutputStream event = timed();
        key(event, 2, VARINT);
        varint(event, metrics.step());
        message(event, 5, summary.toByteArray());
        append(event);
    }

    private ByteArrayOutputStream timed() {
        ByteArrayOutputStream event = new ByteArrayOutputStream();
        key(event, 1, FIXED_64);
        event.writeBytes(littleEndian(8).putDouble(clock.millis() / 1000.0).array());
        return event;
    }

    private void append(ByteArrayOutputStream event) {
        byte[] data = event.toByteArray();
        byte[] length = littleEndian(8).putLong(data.length).array();
        try {
            out.write(length);
            out.write(littleEndian(4).putInt(maskedChecksum(length)).array());
            out.write(data);
            out.write(littleEndian(4).putInt(maskedChecksum(data)).array());
            out.flush();
        } catch (IOException e) {
            throw AtomicFiles.failure("writing the event file", file, e);
        }
    }

    static int maskedChecksum(byte[] data) {
        CRC32C checksum = new CRC32C();
        checksum.update(data);
        return Integer.rotateRight((int) checksum.getValue(), 15) + MASK_DELTA;
    }

    private static void text(ByteArrayOutputStream target, int field, String text) {
        message(target, field, text.getBytes(StandardCharsets.UTF_8));
    }

    private static void message(ByteArrayOutputStream target, int field, byte[] content) {
        key(target, field, BYTES);
        varint(target, content.length);
        target.writeBytes(content);
    }

    private static void key(ByteArrayOutputStream target, int field, int wireType) {
        varint(target, ((long) field << 3) | wireType);
    }

    private static void varint(ByteArrayOutputStream target, long value) {
        long rest = value;
        while ((rest & ~0x7FL) != 0) {
            target.write((int) ((rest & 0x7F) | 0x80));
            rest >>>= 7;
        }
        target.write((int) rest);
    }

    private static ByteBuffer littleEndian(int size) {
        return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    }

    @Override
    public void close() {
        try {
            out.close();
        } catch (IOException e) {
            throw AtomicFiles.failure("closing the event file", file, e);
        }
    }
}
