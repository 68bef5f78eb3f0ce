package org.kindred.reward;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Values kept in memory up to a number; the least recently used leave first. Safe for several
 * threads.
 */
public final class RecentlyUsed<K, V> {
    private final Map<K, V> values;

    /**
     * @param capacity most values, 0 or more
     */
    public RecentlyUsed(int capacity) {
        values =
                new LinkedHashMap<>(16, 0.75f, true) {
                    private static final long serialVersionUID = 1L;

                    @Override
                    protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
                        return size() > capacity;
                    }
                };
    }

    /** The value of a key, or null. */
    public synchronized @Nullable V get(K key) {
        return values.get(key);
    }

    /**
     * Keeps a value unless another thread was first.
     *
     * @return the one that is kept
     */
    public synchronized V keep(K key, V value) {
        V first = values.putIfAbsent(key, value);
        return first == null ? value : first;
    }
}
