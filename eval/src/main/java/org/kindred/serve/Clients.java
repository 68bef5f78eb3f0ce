package org.kindred.serve;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.kindred.options.OptionsException;

/**
 * What a trainer of another project needs to ask the service: one Python file each, of the standard
 * library and the trainer. Parts that several share stand once among the resources and are put in
 * where a file names them.
 */
public final class Clients {
    private static final List<String> NAMES =
            List.of("trl", "verl", "openrlhf", "nemo-rl", "skyrl", "ms-swift", "slime");

    /** Lines that stand for a part. */
    private static final Map<String, String> PARTS =
            Map.of("#: service\n", "service.py", "#: together\n", "together.py");

    private Clients() {}

    /** Trainers that there are clients for. */
    public static List<String> names() {
        return NAMES;
    }

    /**
     * Name of the module, by which the files name themselves.
     *
     * @param name one of {@link #names}
     */
    public static String fileName(String name) {
        if (!NAMES.contains(name)) {
            throw new OptionsException(
                    "there is no client for \"" + name + "\"; choose one of " + NAMES);
        }
        return "kindred_" + name.replace('-', '_') + ".py";
    }

    /**
     * The file as it is given to the trainer.
     *
     * @param name one of {@link #names}
     * @throws OptionsException if there is no such client
     */
    public static String text(String name) {
        String text = resource(fileName(name));
        for (Map.Entry<String, String> part : PARTS.entrySet()) {
            if (text.contains("\n" + part.getKey())) {
                text = text.replace(part.getKey(), resource(part.getValue()));
            }
        }
        return text;
    }

    private static String resource(String name) {
        try (InputStream in = Clients.class.getResourceAsStream("clients/" + name)) {
            if (in == null) {
                throw new IllegalStateException("the program lacks its file clients/" + name);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
