package org.kindred.cli;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "presets",
        mixinStandardHelpOptions = true,
        description = "Packaged options: name, command, purpose; --show prints what they set.")
final class PresetsCommand implements Callable<Integer> {
    @Spec private CommandSpec spec;

    @Option(names = "--show", description = "Print the options too, as YAML for --config.")
    private boolean show;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        for (Preset preset : Preset.all()) {
            out.printf(
                    "%-16s kindred %-16s %s%n",
                    preset.name(), preset.command(), preset.description());
            if (show) {
                preset.yaml().lines().skip(2).forEach(line -> out.println("    " + line));
            }
        }
        out.flush();
        return 0;
    }
}
