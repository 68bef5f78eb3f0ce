package org.kindred.cli;

import org.jspecify.annotations.Nullable;
import org.kindred.policy.model.EngineOptions;
import picocli.CommandLine.Option;

/** Where and how a model computes; shorthands for the options under {@code engine}. */
final class EngineSettings {
    @Option(names = "--device", description = "auto, cpu or gpu (default: auto).")
    private EngineOptions.@Nullable Device device;

    @Option(names = "--dtype", description = "Numbers of the passes: f32 (default) or bf16.")
    private EngineOptions.@Nullable Precision precision;

    @Option(
            names = "--rollout-dtype",
            description = "Numbers of sampling: f32 (default) or bf16; --dtype bf16 implies bf16.")
    private EngineOptions.@Nullable Precision rolloutPrecision;

    @Option(
            names = "--threads",
            paramLabel = "N",
            description = "Native threads (default: all processors).")
    private @Nullable Integer threads;

    @Option(
            names = "--kept-layers",
            paramLabel = "N",
            description =
                    "Layers whose intermediate results stay in memory for the backward pass; fewer take less memory and more time (default: all).")
    private @Nullable Integer keptLayers;

    /** Puts what was given among the settings. */
    void addTo(OptionSettings settings) {
        settings.set("engine.device", device);
        settings.set("engine.precision", precision);
        settings.set("engine.rollout_precision", rolloutPrecision);
        settings.set("engine.threads", threads);
        settings.set("engine.kept_layers", keptLayers);
    }
}
