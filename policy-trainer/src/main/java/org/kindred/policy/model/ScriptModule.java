package org.kindred.policy.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValueUtils;
import ai.djl.pytorch.jni.JniUtils;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.kindred.datasets.KindredException;

/**
 * A TorchScript module made from text at start-up: no Python, no shipped binary. It holds no
 * weights; they are passed to each call. A TorchScript file is a zip with a small pickle, which
 * names the class, and the code as plain text; all entries are stored, none deflated.
 *
 * <p>Not thread-safe, like everything on one engine: the names of arrays are shared state.
 */
final class ScriptModule implements AutoCloseable {
    private static final int BINARY = 0x80; // first byte of the pickle instruction PROTO

    /** The names of arrays and some settings of libtorch are shared by the whole process. */
    private static final AtomicBoolean BUSY = new AtomicBoolean();

    private final NDManager scope;
    private final PtSymbolBlock module;
    private final int threads;
    private final Map<String, NDArray> methodTags = new HashMap<>();

    /**
     * @param threads native threads of a call; they are a property of the calling Java thread
     */
    ScriptModule(NDManager parent, String className, String source, int threads) {
        this.threads = threads;
        scope = parent.newSubManager();
        try {
            Path archive = Files.createTempFile("kindred-", ".pt");
            try {
                writeArchive(archive, className, source);
                String[] none = {};
                module = JniUtils.loadModule((PtNDManager) scope, archive, true, none, none, true);
            } finally {
                Files.delete(archive);
            }
        } catch (IOException e) {
            throw new KindredException(
                    "The engine could not write its script to the folder for temporary files ("
                            + System.getProperty("java.io.tmpdir")
                            + "): "
                            + e.getMessage(),
                    e);
        }
    }

    /**
     * Runs a method.
     *
     * @param owner gets the results, and frees them when it is closed
     * @param recording true: autograd works inside, and results may be used by later calls that
     *     record; false: inference mode, whose results can never become leaves of a graph
     * @param arguments an NDArray where the script has a Tensor, a non-empty NDList for a list
     */
    NDList call(NDManager owner, String method, boolean recording, Object... arguments) {
        if (!BUSY.compareAndSet(false, true)) {
            throw new IllegalStateException(
                    "two threads use the engine at once; let one of them do all the work");
        }
        try {
            NDList results = forward(inputs(method, arguments), recording);
            results.attach(owner); // they were attached to the manager of the first input
            return results;
        } finally {
            BUSY.set(false);
        }
    }

    private NDList inputs(String method, Object... arguments) {
        NDList inputs = new NDList();
        int lists = 0;
        for (Object argument : arguments) {
            if (argument instanceof NDList list) {
                String name = "g" + lists++ + "[]"; // arrays of one name that ends so are one list
                for (NDArray array : list) {
                    array.setName(name);
                    inputs.add(array);
                }
            } else {
                NDArray array = (NDArray) argument;
                array.setName(null); // a dotted name would become an entry of a dictionary
                inputs.add(array);
            }
        }
        NDArray tag = methodTags.computeIfAbsent(method, m -> scope.zeros(new Shape(1)));
        tag.setName("module_method:" + method);
        inputs.add(tag);
        return inputs;
    }

    private NDList forward(NDList inputs, boolean recording) {
        // These settings belong to the thread. The optimizing executor made decoding slower.
        JniUtils.setNumThreads(threads);
        JniUtils.setGraphExecutorOptimize(false);
        boolean before = JniUtils.isGradMode();
        JniUtils.setGradMode(recording);
        try {
            return IValueUtils.forward(module, inputs, recording);
        } finally {
            JniUtils.setGradMode(before);
        }
    }

    private static void writeArchive(Path file, String className, String source)
            throws IOException {
        ByteArrayOutputStream pickle = new ByteArrayOutputStream();
        pickle.writeBytes(new byte[] {(byte) BINARY, 2}); // PROTO 2
        pickle.writeBytes(bytes("c__torch__\n" + className + "\n")); // GLOBAL: the class
        pickle.writeBytes(bytes(")\u0081}(X")); // (), NEWOBJ, {}, MARK, BINUNICODE
        pickle.writeBytes(new byte[] {8, 0, 0, 0}); // length of the next word
        pickle.writeBytes(bytes("training\u0088ub.")); // NEWTRUE, SETITEMS, BUILD, STOP
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
            zip.setMethod(ZipOutputStream.STORED);
            store(zip, "data.pkl", pickle.toByteArray());
            store(zip, "code/__torch__.py", bytes(source));
            store(zip, "constants.pkl", new byte[] {(byte) BINARY, 2, ')', '.'}); // ()
            store(zip, "version", bytes("4\n"));
            store(zip, "byteorder", bytes("little"));
        }
    }

    private static void store(ZipOutputStream zip, String name, byte[] content) throws IOException {
        ZipEntry entry = new ZipEntry("script/" + name);
        CRC32 checksum = new CRC32();
        checksum.update(content);
        entry.setCrc(checksum.getValue());
        entry.setSize(content.length);
        zip.putNextEntry(entry);
        zip.write(content);
        zip.closeEntry();
    }

    /** One byte per character: pickle instructions above 127 stand in the text as characters. */
    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    @Override
    public void close() {
        scope.close();
    }
}
