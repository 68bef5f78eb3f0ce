package org.kindred.reward.judges;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.kindred.options.OptionsException;
import org.kindred.policy.gguf.GgufConverter;
import org.kindred.policy.model.EngineOptions;
import org.kindred.reward.client.Endpoint;
import org.kindred.reward.local.LocalChatModel;

/**
 * Which judge: {@code rubric | openai:URL#MODEL | ollama:URL#MODEL | local:DIR | run:DIR}, with the
 * same meaning in every command.
 */
public sealed interface JudgeSpec {

    /** Environment variable with the key of OpenAI-compatible servers. */
    String KEY = "KINDRED_API_KEY";

    /** The embedded rubric judge. */
    record Embedded() implements JudgeSpec {}

    /** A server that speaks OpenAI's protocol; Ollama does so under {@code /v1}. */
    record Served(boolean ollama, String url, String model) implements JudgeSpec {

        /** Where the server speaks OpenAI's protocol. */
        String base() {
            int end = url.length();
            while (end > 0 && url.charAt(end - 1) == '/') {
                end--;
            }
            String plain = url.substring(0, end);
            return !ollama ? url : plain.endsWith("/v1") ? plain : plain + "/v1";
        }
    }

    /** A checkpoint in a folder. */
    record Local(Path folder) implements JudgeSpec {}

    /** The judge that a finished run saved in its folder. */
    record Run(Path folder) implements JudgeSpec {}

    /** What a command line may say. */
    String SYNTAX = "rubric, openai:URL#MODEL, ollama:URL#MODEL, local:DIR or run:DIR";

    /**
     * @throws OptionsException for anything else
     */
    static JudgeSpec parse(String text) {
        if (holdsPassword(text)) {
            throw new OptionsException(PASSWORD);
        }
        if (text.equals("rubric")) {
            return new Embedded();
        }
        int colon = text.indexOf(':');
        int hash = text.lastIndexOf('#');
        String kind = colon < 0 ? "" : text.substring(0, colon);
        if (kind.equals("local") && text.length() > colon + 1) {
            return new Local(Path.of(text.substring(colon + 1)));
        }
        if (kind.equals("run") && text.length() > colon + 1) {
            return new Run(Path.of(text.substring(colon + 1)));
        }
        boolean served = kind.equals("openai") || kind.equals("ollama");
        String url = served && hash > colon ? text.substring(colon + 1, hash) : "";
        if (!url.matches("https?://[^\\s#]+") || hash + 1 == text.length()) {
            throw new OptionsException(
                    "--judge "
                            + text
                            + ": must be "
                            + SYNTAX
                            + ", for example openai:http://localhost:8000/v1#my-model");
        }
        return new Served(kind.equals("ollama"), url, text.substring(hash + 1));
    }

    /** What is said of an address with a user in it, which is not repeated. */
    String PASSWORD =
            "judge: its address holds a user or a password (USER:PASSWORD@HOST), which would be written"
                    + " into results; leave it out, and give the key in the environment variable "
                    + KEY;

    /** Whether the host of an address stands behind a user. */
    static boolean holdsPassword(String text) {
        int from = text.indexOf("://");
        if (from < 0) {
            return false;
        }
        for (int i = from + 3; i < text.length() && "/?#".indexOf(text.charAt(i)) < 0; i++) {
            if (text.charAt(i) == '@') {
                return true;
            }
        }
        return false;
    }

    /** Names the judge in tables: {@code rubric}, the model's name, or the folder's. */
    default String label() {
        if (this instanceof Served served) {
            return served.model();
        }
        if (this instanceof Local local) {
            return String.valueOf(local.folder().getFileName());
        }
        return this instanceof Run run ? String.valueOf(run.folder().getFileName()) : "rubric";
    }

    /** The text that {@link #parse} reads as this judge from any folder. */
    default String spelling() {
        if (this instanceof Served served) {
            return (served.ollama() ? "ollama:" : "openai:") + served.url() + "#" + served.model();
        }
        if (this instanceof Local local) {
            return "local:" + local.folder().toAbsolutePath().normalize();
        }
        return this instanceof Run run
                ? "run:" + run.folder().toAbsolutePath().normalize()
                : "rubric";
    }

    /**
     * The endpoint of a judge that is a language model; closing a local one frees its memory.
     *
     * @param engine where and how a local one computes
     */
    default Opened open(int samplesPerRequest, Duration timeout, EngineOptions engine) {
        if (this instanceof Local local) {
            if (!Files.isDirectory(local.folder()) && !GgufConverter.isGguf(local.folder())) {
                throw new OptionsException(
                        "local:"
                                + local.folder()
                                + ": no such folder or GGUF file. Expected a Hugging Face folder with"
                                + " config.json, tokenizer.json and safetensors, such as the model/ of"
                                + " kindred reward train");
            }
            LocalChatModel model = LocalChatModel.open(local.folder(), engine);
            return new Opened(model.endpoint(), model::close);
        }
        if (this instanceof Served served) {
            return new Opened(
                    Endpoint.openAi(
                            served.base(),
                            served.model(),
                            served.ollama() ? null : System.getenv(KEY),
                            served.ollama() ? 1 : samplesPerRequest, // Ollama ignores n
                            timeout),
                    () -> {});
        }
        throw new IllegalStateException(spelling() + " has no endpoint");
    }

    /** An endpoint and what frees it. */
    record Opened(Endpoint endpoint, Runnable free) {}
}
