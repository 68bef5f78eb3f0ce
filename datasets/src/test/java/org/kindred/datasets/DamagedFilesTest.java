package org.kindred.datasets;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.zip.GZIPOutputStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever happens to some lines, the others are read as they are. */
final class DamagedFilesTest {
    private static final int LINES = 30;

    private static List<byte[]> goodLines() {
        List<byte[]> lines = new ArrayList<>();
        for (int i = 0; i < LINES; i++) {
            String more =
                    ",\"slot\":%d,\"chosen_score\":%d.5,\"extra\":{\"k\":[%d]}"
                            .formatted(i + 1, i, i);
            lines.add(
                    CanonicalReaderTest.row(
                                    "id-" + i, "u" + i % 3, "yes \u00e9 " + i, "no " + i, more)
                            .getBytes(StandardCharsets.UTF_8));
        }
        return lines;
    }

    private static byte[] file(List<byte[]> lines) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (byte[] line : lines) {
            bytes.writeBytes(line);
            bytes.write('\n');
        }
        return bytes.toByteArray();
    }

    private static void read(byte[] bytes, List<Preference> accepted, List<Quarantined> setAside)
            throws IOException {
        Path file = Files.createTempFile("kindred", ".jsonl");
        try {
            Files.write(file, bytes);
            CanonicalReader.readPreferences(file, accepted::add, setAside::add);
        } finally {
            Files.delete(file);
        }
    }

    @Property(seed = "20261121", tries = 100)
    void read_bytesOfSomeLinesChanged_keepsAllOtherLines(@ForAll long seed) throws IOException {
        Random random = new Random(seed);
        List<byte[]> lines = goodLines();
        Set<Integer> damaged = new HashSet<>();
        for (int change = 0; change < 10; change++) {
            int index = random.nextInt(LINES);
            byte[] line = lines.get(index);
            byte value = (byte) random.nextInt(256);
            if (value != '\n') {
                line[random.nextInt(line.length)] = value;
                damaged.add(index);
            }
        }
        List<Preference> accepted = new ArrayList<>();
        List<Quarantined> setAside = new ArrayList<>();

        read(file(lines), accepted, setAside);

        assertThat(accepted.size() + setAside.size()).isBetween(LINES - damaged.size(), LINES);
        assertThat(setAside)
                .allSatisfy(record -> assertThat(record.reason()).matches("[a-z0-9_]+(:[a-z_]+)?"));
        Set<String> ids = new HashSet<>();
        accepted.forEach(row -> ids.add(row.id()));
        for (int i = 0; i < LINES; i++) {
            if (!damaged.contains(i)) {
                assertThat(ids).contains("id-" + i);
            }
        }
    }

    @Property(seed = "20261121", tries = 100)
    void read_anyBytesAnywhere_throwsNothing(@ForAll byte[] bytes, @ForAll boolean gzipHeader)
            throws IOException {
        byte[] content = bytes.clone();
        if (gzipHeader && content.length > 1) {
            content[0] = 0x1f;
            content[1] = (byte) 0x8b;
        }

        read(content, new ArrayList<>(), new ArrayList<>());
    }

    @Property(seed = "20261121", tries = 100)
    void read_damagedGzip_throwsNothingAndKeepsItsOrder(@ForAll long seed) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
            out.write(file(goodLines()));
        }
        byte[] content = bytes.toByteArray();
        Random random = new Random(seed);
        content[2 + random.nextInt(content.length - 2)] ^= (byte) (1 << random.nextInt(8));
        List<Preference> accepted = new ArrayList<>();

        read(content, accepted, new ArrayList<>());

        assertThat(accepted).hasSizeLessThanOrEqualTo(LINES);
    }

    @Test
    void read_lineAboveTheLimit_isSkippedWhole(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("long.jsonl");
        byte[] good =
                CanonicalReaderTest.row("a", "u", "yes", "no", "").getBytes(StandardCharsets.UTF_8);
        try (var out = Files.newOutputStream(file)) {
            byte[] block = new byte[1 << 20];
            Arrays.fill(block, (byte) 'x');
            for (int i = 0; i < 65; i++) { // the limit is 64 MiB
                out.write(block);
            }
            out.write('\n');
            out.write(good);
        }
        List<Preference> accepted = new ArrayList<>();
        List<Quarantined> setAside = new ArrayList<>();

        CanonicalReader.readPreferences(file, accepted::add, setAside::add);

        assertThat(accepted).hasSize(1);
        assertThat(setAside).containsExactly(new Quarantined("long.jsonl", 1, "line_too_long"));
    }
}
