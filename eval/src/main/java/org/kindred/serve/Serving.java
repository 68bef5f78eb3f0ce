package org.kindred.serve;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.kindred.datasets.AtomicFiles;
import org.kindred.datasets.Progress;
import org.kindred.datasets.source.DataSource;
import org.kindred.options.OptionsException;
import org.kindred.pipeline.ServedRun;

/** {@code kindred serve}: a run's reward model as a service, until somebody stops it. */
public final class Serving implements AutoCloseable {
    private static final int LEAST_TOKEN = 16;

    private final RewardServer server;
    private final String bind;
    private @Nullable ServedRun run;
    private @Nullable RewardService service;
    private boolean closed;

    private Serving(RewardServer server, String bind) {
        this.server = server;
        this.bind = bind;
    }

    /**
     * Listens at once, then opens the run, and answers from then on.
     *
     * @param root folder of the run
     * @param data other users' pasts; null for the run's alone
     */
    public static Serving start(
            Path root, @Nullable DataSource data, ServeOptions options, Progress progress) {
        ServiceOptions how = options.service();
        how.requireToken();
        Serving serving = new Serving(RewardServer.start(how, token(how.tokenFile())), how.bind());
        try {
            progress.stage("serve", "listens at " + serving.address() + ", opens the run");
            ServedRun run =
                    ServedRun.open(
                            new ServedRun.Opening(
                                    root,
                                    data,
                                    options.judge(),
                                    options.groups(),
                                    options.seed(),
                                    options.engine()),
                            progress);
            serving.run = run;
            RewardService service =
                    new RewardService(
                            Served.of(run, how), options.judgeUnit(), how, root, progress);
            serving.service = service;
            serving.server.serve(service);
            progress.stage(
                    "serve",
                    "ready: "
                            + service.judge()
                            + ", "
                            + service.users()
                            + " users, "
                            + (service.groups().isEmpty()
                                    ? "no preference groups, so raw rewards only"
                                    : service.groups().size() + " preference groups"));
            return serving;
        } catch (RuntimeException e) {
            serving.close();
            throw e;
        }
    }

    private static String token(String file) {
        if (file.isEmpty()) {
            return "";
        }
        Path path = Path.of(file);
        try {
            List<String> lines = Files.readAllLines(path);
            String token = lines.isEmpty() ? "" : lines.get(0).strip();
            if (token.length() < LEAST_TOKEN) {
                throw new OptionsException(
                        "token_file = "
                                + file
                                + ": its first line has "
                                + token.length()
                                + " characters, expected "
                                + LEAST_TOKEN
                                + " or more that nobody guesses; openssl rand -hex 32 > "
                                + file);
            }
            return token;
        } catch (IOException e) {
            throw AtomicFiles.failure("reading the token in", path, e);
        }
    }

    /** Where it listens, for people. */
    public String address() {
        return "http://" + (bind.contains(":") ? "[" + bind + "]" : bind) + ":" + server.port();
    }

    /** Lets requests in progress end, then closes histories and run. */
    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            server.close();
            if (service != null) {
                service.close();
            }
            if (run != null) {
                run.close();
            }
        }
    }
}
