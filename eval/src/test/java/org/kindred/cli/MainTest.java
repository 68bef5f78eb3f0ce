package org.kindred.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.FileSystemException;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.kindred.datasets.KindredException;
import org.kindred.policy.sft.SftOptions;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** What people see, whatever a command prints or throws. */
final class MainTest {

    /** A command that does what a test wants. */
    @Command(name = "try")
    static final class Try implements Callable<Integer> {
        private final Work work;
        @Spec private CommandSpec spec;

        Try(Work work) {
            this.work = work;
        }

        @Override
        public Integer call() throws Exception {
            work.with(spec.commandLine().getOut());
            return 0;
        }
    }

    private interface Work {
        void with(PrintWriter out) throws Exception;
    }

    private record Outcome(int status, String output) {}

    private static Outcome run(Work work) {
        StringWriter text = new StringWriter();
        CommandLine line = Main.commandLine();
        line.addSubcommand(new Try(work));
        line.setOut(new PrintWriter(text));
        line.setErr(new PrintWriter(text));
        return new Outcome(line.execute("try"), text.toString());
    }

    private static Outcome failing(Throwable thrown) {
        return run(
                out -> {
                    if (thrown instanceof Error error) {
                        throw error;
                    }
                    throw (Exception) thrown;
                });
    }

    @Test
    void output_showsWhatWouldSteerATerminal_andKeepsLines() {
        Outcome outcome =
                run(
                        out -> {
                            out.println("one\u001b[2J\ttwo\r");
                            out.printf("%s|%d%n", "a\nkindred: all well", 3);
                            out.print("\u202eabc\u0085");
                        });
        assertThat(outcome.output())
                .isEqualTo("one\\u001b[2J\ttwo\\r\na\\nkindred: all well|3\n\\u202eabc\\u0085");
    }

    @Test
    void outOfMemory_isSaid_withoutAStackTrace_inAnyThread() {
        for (Throwable thrown :
                new Throwable[] {
                    new OutOfMemoryError("Java heap space"),
                    new CompletionException(new OutOfMemoryError("Java heap space"))
                }) {
            Outcome outcome = failing(thrown);
            assertThat(outcome.status()).isEqualTo(1);
            assertThat(outcome.output())
                    .contains("out of memory", "KINDRED_HEAP")
                    .doesNotContain("\tat ", "fault of Kindred");
        }
    }

    @Test
    void failuresOfOtherThreads_areToldLikeOnesOwn() {
        Outcome outcome =
                failing(
                        new CompletionException(
                                new KindredException("the disk is full; free space")));
        assertThat(outcome.status()).isEqualTo(1);
        assertThat(outcome.output()).isEqualTo("kindred: the disk is full; free space\n");
    }

    @Test
    void fullDisk_isNoFaultOfKindred() {
        Outcome outcome =
                failing(new FileSystemException("runs/x", null, "No space left on device"));
        assertThat(outcome.output())
                .contains("runs/x", "the disk is full")
                .doesNotContain("fault of Kindred");
    }

    @Test
    void optionsThatOthersAreMadeOf_andRefuse_areWrongUsage() {
        Outcome outcome =
                run(out -> new SftOptions(0, 1, 1, 1, SftOptions.defaults().optimizer(), 0, 1));
        assertThat(outcome.status()).isEqualTo(2);
        assertThat(outcome.output())
                .contains("epochs = 0: must be at least 1")
                .doesNotContain("fault of Kindred");
        assertThat(failing(new IllegalArgumentException("a bug")).output())
                .contains("fault of Kindred");
    }

    @Test
    void timeLeft_isSeparateFromTheWordBeforeIt() {
        assertThat(Console.left(654_000_000_000L)).isEqualTo(", about 10:54 left");
        assertThat(Console.left(9_000_000_000L)).isEqualTo(", about 0:09 left");
    }
}
