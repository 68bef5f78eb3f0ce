package org.kindred.policy.checkpoint;

import org.jspecify.annotations.Nullable;

/**
 * Number formats that a safetensors header may name. Only those with a {@link #configName()} can
 * hold weights here; the others are known so that a file with, say, integer tensors is refused for
 * the right reason.
 */
public enum StorageType {
    F32(4, "float32"),
    F16(2, "float16"),
    BF16(2, "bfloat16"),
    F64(8, null),
    I64(8, null),
    U64(8, null),
    I32(4, null),
    U32(4, null),
    I16(2, null),
    U16(2, null),
    I8(1, null),
    U8(1, null),
    BOOL(1, null),
    F8_E4M3(1, null),
    F8_E5M2(1, null);

    private final int bytes;
    private final @Nullable String configName;

    StorageType(int bytes, @Nullable String configName) {
        this.bytes = bytes;
        this.configName = configName;
    }

    /** Bytes per element. */
    public int bytes() {
        return bytes;
    }

    /**
     * The name in {@code config.json} ({@code dtype} or {@code torch_dtype}), or null where weights
     * are never stored so.
     */
    public @Nullable String configName() {
        return configName;
    }
}
