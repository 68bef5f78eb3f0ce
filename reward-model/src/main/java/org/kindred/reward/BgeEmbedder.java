package org.kindred.reward;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.model.embedding.onnx.AbstractInProcessEmbeddingModel;
import dev.langchain4j.model.embedding.onnx.OnnxBertBiEncoder;
import dev.langchain4j.model.embedding.onnx.PoolingMode;
import dev.langchain4j.model.embedding.onnx.bgesmallenv15q.BgeSmallEnV15QuantizedEmbeddingModel;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.kindred.datasets.KindredException;

/**
 * BGE-small-en-v1.5, quantised, run on the CPU from weights inside a jar: no network, 384
 * dimensions, English, 512 tokens (longer texts are averaged over parts).
 *
 * <p>Vectors are kept in memory under a hash of the text, the least recently used leave first. Safe
 * for use from several threads; the caller owns it and closes it.
 */
public final class BgeEmbedder implements TextEmbedder, AutoCloseable {

    /**
     * How much work and memory it may take.
     *
     * @param threads texts embedded at once
     * @param cachedTexts vectors kept in memory, 1.5 kB each
     */
    public record Options(int threads, int cachedTexts) {
        public Options {
            if (threads < 1 || threads > 256) {
                throw new IllegalArgumentException("threads = " + threads + ": must be 1 to 256");
            }
            if (cachedTexts < 0) {
                throw new IllegalArgumentException(
                        "cachedTexts = " + cachedTexts + ": must be 0 or more");
            }
        }

        public static Options defaults() {
            return new Options(
                    Math.max(1, Math.min(4, Runtime.getRuntime().availableProcessors())), 50_000);
        }
    }

    private static final float[] NONE = new float[0];

    private final ExecutorService pool;
    private final Model model;
    private final RecentlyUsed<String, float[]> cache;

    public BgeEmbedder(Options options) {
        ThreadPoolExecutor executor =
                new ThreadPoolExecutor(
                        options.threads(),
                        options.threads(),
                        1,
                        TimeUnit.SECONDS,
                        new LinkedBlockingQueue<>(),
                        task -> {
                            Thread thread = new Thread(task, "bge-embedder");
                            thread.setDaemon(true);
                            return thread;
                        });
        executor.allowCoreThreadTimeOut(true);
        pool = executor;
        model = Model.open(pool);
        cache = new RecentlyUsed<>(options.cachedTexts());
    }

    @Override
    public String name() {
        return "bge-small-en-v1.5-q";
    }

    @Override
    public List<float[]> embed(List<String> texts) {
        List<String> keys = texts.stream().map(TextKey::of).toList();
        Map<String, float[]> vectors = new LinkedHashMap<>();
        List<String> missing = new ArrayList<>(); // one text for each key without a vector
        List<String> missingKeys = new ArrayList<>();
        for (int i = 0; i < keys.size(); i++) {
            String key = keys.get(i);
            float[] known = cache.get(key);
            if (known != null) {
                vectors.put(key, known);
            } else if (vectors.putIfAbsent(key, NONE) == null) {
                missing.add(texts.get(i));
                missingKeys.add(key);
            }
        }
        if (!missing.isEmpty()) {
            List<Embedding> fresh =
                    model.embedAll(missing.stream().map(BgeEmbedder::segment).toList()).content();
            for (int i = 0; i < fresh.size(); i++) {
                vectors.put(missingKeys.get(i), fresh.get(i).vector());
                cache.keep(missingKeys.get(i), fresh.get(i).vector());
            }
        }
        return keys.stream().map(key -> vectors.get(key).clone()).toList();
    }

    @Override
    public void close() {
        pool.shutdown();
        model.close();
    }

    /**
     * The weights of the jar in a session of our own. One thread a text: the library's session
     * takes all cores for each text, whose matrices are too small to share, and lets idle ones
     * spin, so that a text costs twice the processor time. Texts go in one by one, since the
     * quantised model takes its scales from the whole batch, and a vector would depend on its
     * neighbours.
     */
    private static final class Model extends AbstractInProcessEmbeddingModel
            implements AutoCloseable {
        private static final String WEIGHTS = "/bge-small-en-v1.5-q.onnx";
        private static final String TOKENIZER = "/bge-small-en-v1.5-q-tokenizer.json";

        private final OrtSession session;
        private final OnnxBertBiEncoder encoder;

        private Model(ExecutorService pool, OrtSession session, OnnxBertBiEncoder encoder) {
            super(pool);
            this.session = session;
            this.encoder = encoder;
        }

        static Model open(ExecutorService pool) {
            OrtEnvironment environment = OrtEnvironment.getEnvironment();
            try (OrtSession.SessionOptions options = new OrtSession.SessionOptions();
                    InputStream weights = resource(WEIGHTS);
                    InputStream tokenizer = resource(TOKENIZER)) {
                options.setIntraOpNumThreads(1);
                options.setInterOpNumThreads(1);
                OrtSession session = environment.createSession(weights.readAllBytes(), options);
                return new Model(
                        pool,
                        session,
                        new OnnxBertBiEncoder(environment, session, tokenizer, PoolingMode.CLS));
            } catch (OrtException | IOException e) {
                throw new KindredException(
                        "the embedder's weights in the jar cannot be loaded; run kindred doctor",
                        e);
            }
        }

        private static InputStream resource(String name) throws IOException {
            InputStream stream =
                    BgeSmallEnV15QuantizedEmbeddingModel.class.getResourceAsStream(name);
            if (stream == null) {
                throw new IOException(name + " is not on the class path");
            }
            return stream;
        }

        @Override
        protected OnnxBertBiEncoder model() {
            return encoder;
        }

        @Override
        public void close() {
            try {
                session.close();
            } catch (OrtException e) {
                throw new KindredException("the embedder could not be closed", e);
            }
        }
    }

    private static TextSegment segment(String text) {
        return TextSegment.from(text.codePoints().anyMatch(BgeEmbedder::isRead) ? text : ".");
    }

    /** BERT's tokenizer drops white space, control and format characters and U+FFFD. */
    private static boolean isRead(int character) {
        return switch (Character.getType(character)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.UNASSIGNED,
                    Character.PRIVATE_USE,
                    Character.SURROGATE,
                    Character.SPACE_SEPARATOR,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR ->
                    false;
            default -> character != 0xFFFD;
        };
    }
}
