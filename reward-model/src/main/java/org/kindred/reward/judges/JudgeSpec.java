package org.kindred.reward.judges;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.kindred.options.OptionsException;
import org.kindred.policy.model.EngineOptions;
import org.kindred.reward.client.Endpoint;
import org.kindred.reward.local.LocalChatModel;

/** Which judge writes chains: {@code rubric | openai:URL#MODEL | ollama:URL#MODEL | local:DIR}. */
public sealed interface JudgeSpec {

    /** Environment variable with the key of OpenAI-compatible servers. */
    String KEY = "KINDRED_API_KEY";

    /** The embedded rubric judge. */
    record Embedded() implements JudgeSpec {}

    /** A server, by OpenAI's or Ollama's protocol. */
    record Served(boolean ollama, String url, String model) implements JudgeSpec {}

    /** A checkpoint in a folder. */
    record Local(Path folder) implements JudgeSpec {}

    /**
     * @throws OptionsException for anything else
     */
    static JudgeSpec parse(String text) {
        if (text.equals("rubric")) {
            return new Embedded();
        }
        int colon = text.indexOf(':');
        int hash = text.lastIndexOf('#');
        String kind = colon < 0 ? "" : text.substring(0, colon);
        if (kind.equals("local") && text.length() > colon + 1) {
            return new Local(Path.of(text.substring(colon + 1)));
        }
        boolean served = kind.equals("openai") || kind.equals("ollama");
        String url = served && hash > colon ? text.substring(colon + 1, hash) : "";
        if (!url.matches("https?://[^\\s#]+") || hash + 1 == text.length()) {
            throw new OptionsException(
                    "--judge "
                            + text
                            + ": must be rubric, openai:URL#MODEL, ollama:URL#MODEL or local:DIR, for"
                            + " example openai:http://localhost:8000/v1#my-model");
        }
        return new Served(kind.equals("ollama"), url, text.substring(hash + 1));
    }

    /** Names the judge in tables: {@code rubric}, the model's name, or the folder's. */
    default String label() {
        if (this instanceof Served served) {
            return served.model();
        }
        return this instanceof Local local
                ? String.valueOf(local.folder().getFileName())
                : "rubric";
    }

    /**
     * The endpoint of a judge that is a language model; closing a local one frees its memory.
     *
     * @param engine where and how a local one computes
     */
    default Opened open(int samplesPerRequest, Duration timeout, EngineOptions engine) {
        if (this instanceof Local local) {
            if (!Files.isDirectory(local.folder())) {
                throw new OptionsException(
                        "local:"
                                + local.folder()
                                + ": no such folder. Expected a Hugging Face folder with config.json,"
                                + " tokenizer.json and safetensors, such as the model/ of kindred"
                                + " reward train");
            }
            LocalChatModel model = LocalChatModel.open(local.folder(), engine);
            return new Opened(model.endpoint(), model::close);
        }
        if (this instanceof Served served) {
            return new Opened(
                    served.ollama()
                            ? Endpoint.ollama(served.url(), served.model(), timeout)
                            : Endpoint.openAi(
                                    served.url(),
                                    served.model(),
                                    System.getenv(KEY),
                                    samplesPerRequest,
                                    timeout),
                    () -> {});
        }
        throw new IllegalStateException("the rubric judge has no endpoint");
    }

    /** An endpoint and what frees it. */
    record Opened(Endpoint endpoint, Runnable free) {}
}
