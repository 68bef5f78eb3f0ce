package org.kindred.policy.checkpoint;

import java.nio.file.Files;
import java.nio.file.Path;
import org.kindred.datasets.KindredException;

/** Where the weights of a model folder are: adapters name a base model in another folder. */
public final class BaseFolder {
    /** PEFT's file about an adapter. */
    public static final String ADAPTER = "adapter_config.json";

    private static final String MODEL = "config.json";
    private static final String BASE = "base_model_name_or_path";

    private BaseFolder() {}

    /**
     * The folder itself, or what the adapter in it names as its base; relative names start there.
     *
     * @throws KindredException if that is no folder of this machine
     */
    public static Path of(Path folder) {
        if (Files.exists(folder.resolve(MODEL)) || !Files.exists(folder.resolve(ADAPTER))) {
            return folder;
        }
        JsonFields json = JsonFields.read(folder.resolve(ADAPTER));
        String name = json.text(BASE);
        Path base = name == null ? null : folder.resolve(name);
        if (base == null || !Files.isDirectory(base)) {
            throw json.unexpected(
                    BASE, "the folder of the base model on this machine; correct the path there");
        }
        return base;
    }
}
