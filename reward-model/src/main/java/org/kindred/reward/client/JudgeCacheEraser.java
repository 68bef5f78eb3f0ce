package org.kindred.reward.client;

import java.nio.file.Path;
import java.util.Set;
import org.kindred.datasets.forget.ArtefactEraser;

/**
 * Takes a person out of a judge's cache: the answers to questions that held their past or were
 * asked in their name. The answers of all others stay, so that they are not paid for again.
 */
public final class JudgeCacheEraser implements ArtefactEraser {

    @Override
    public boolean handles(String relative) {
        return relative.endsWith("cache.sqlite"); // of judges, and of win rates
    }

    @Override
    public String erase(Path file, String userId, Set<String> ids) {
        try (JudgeCache cache = JudgeCache.open(file)) {
            int removed = cache.forget(userId);
            return removed == 0 ? "" : removed == 1 ? "1 answer" : removed + " answers";
        }
    }
}
