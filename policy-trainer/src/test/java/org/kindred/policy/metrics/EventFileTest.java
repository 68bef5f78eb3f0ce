package org.kindred.policy.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Reads the file back by its published layout, field by field. */
final class EventFileTest {
    private static final Clock CLOCK =
            Clock.fixed(Instant.ofEpochMilli(1_700_000_000_250L), ZoneOffset.UTC);

    /** One decoded event. */
    private record Event(double wallTime, long step, String version, Map<String, Float> scalars) {}

    @Test
    void events_areReadBackAsWritten(@TempDir Path folder) throws IOException {
        Map<String, Double> values = new LinkedHashMap<>();
        values.put("loss", -0.25);
        values.put("group/Gruppe ü/reward_mean", 7.5);
        values.put("not finite", Double.NaN);
        try (EventFile file = new EventFile(folder, 0, CLOCK)) {
            file.write(new StepMetrics(1, values));
            file.write(new StepMetrics(300, Map.of("loss", 1e-9)));
        }
        List<Event> events = read(onlyFile(folder));
        assertThat(events).hasSize(3);
        assertThat(events.get(0).version).isEqualTo("brain.Event:2");
        assertThat(events.get(1).wallTime).isEqualTo(1_700_000_000.25);
        assertThat(events.get(1).step).isEqualTo(1);
        assertThat(events.get(1).scalars)
                .containsExactly(entry("loss", -0.25f), entry("group/Gruppe ü/reward_mean", 7.5f));
        assertThat(events.get(2).step).isEqualTo(300);
        assertThat(events.get(2).scalars).containsExactly(entry("loss", 1e-9f));
    }

    @Test
    void maskedChecksum_isThatOfTheRecordFormat() {
        // CRC-32C of "123456789" is 0xE3069283 (RFC 3720, check value of the polynomial)
        int crc = 0xE3069283;
        assertThat(EventFile.maskedChecksum("123456789".getBytes(StandardCharsets.US_ASCII)))
                .isEqualTo(((crc >>> 15) | (crc << 17)) + 0xa282ead8);
    }

    @Test
    void resumedRun_writesAFileOfItsOwn(@TempDir Path folder) throws IOException {
        new EventFile(folder, 0, CLOCK).close();
        new EventFile(folder, 10, CLOCK).close();
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).hasSize(2);
        }
    }

    private static Path onlyFile(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.reduce(
                            (one, other) -> {
                                throw new AssertionError("more than one file");
                            })
                    .orElseThrow();
        }
    }

    private static List<Event> read(Path file) throws IOException {
        ByteBuffer in = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        List<Event> events = new ArrayList<>();
        while (in.hasRemaining()) {
            byte[] length = new byte[8];
            in.get(length);
            assertThat(in.getInt()).isEqualTo(EventFile.maskedChecksum(length));
            int size = (int) ByteBuffer.wrap(length).order(ByteOrder.LITTLE_ENDIAN).getLong();
            byte[] data = new byte[size];
            in.get(data);
            assertThat(in.getInt()).isEqualTo(EventFile.maskedChecksum(data));
            events.add(event(ByteBuffer.wrap(data).order(ByteOrder.LITTLE_ENDIAN)));
        }
        return events;
    }

    private static Event event(ByteBuffer in) {
        double wallTime = 0;
        long step = 0;
        String version = "";
        Map<String, Float> scalars = new LinkedHashMap<>();
        while (in.hasRemaining()) {
            int key = (int) varint(in);
            switch (key) {
                case 1 << 3 | 1 -> wallTime = in.getDouble();
                case 2 << 3 -> step = varint(in);
                case 3 << 3 | 2 -> version = text(in);
                case 5 << 3 | 2 -> {
                    ByteBuffer summary = part(in);
                    while (summary.hasRemaining()) {
                        assertThat(varint(summary)).isEqualTo(1 << 3 | 2);
                        ByteBuffer value = part(summary);
                        assertThat(varint(value)).isEqualTo(1 << 3 | 2);
                        String tag = text(value);
                        assertThat(varint(value)).isEqualTo(2 << 3 | 5);
                        scalars.put(tag, value.getFloat());
                    }
                }
                default -> throw new AssertionError("unknown key " + key);
            }
        }
        return new Event(wallTime, step, version, scalars);
    }

    private static long varint(ByteBuffer in) {
        long value = 0;
        for (int shift = 0; ; shift += 7) {
            byte next = in.get();
            value |= (next & 0x7FL) << shift;
            if (next >= 0) {
                return value;
            }
        }
    }

    private static ByteBuffer part(ByteBuffer in) {
        int size = (int) varint(in);
        ByteBuffer part = in.slice(in.position(), size).order(ByteOrder.LITTLE_ENDIAN);
        in.position(in.position() + size);
        return part;
    }

    private static String text(ByteBuffer in) {
        return StandardCharsets.UTF_8.decode(part(in)).toString();
    }
}
