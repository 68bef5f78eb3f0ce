package org.kindred.pipeline;

import java.util.List;
import java.util.Map;

/**
 * One step of a recipe: files of the stages before it in, files of its own out. A finished stage is
 * skipped as long as what it is made from is unchanged.
 */
interface Stage {

    /** Unique in a recipe; the word that progress shows. */
    String name();

    /** What it is about to do, for people. */
    String note();

    /**
     * The options that it reads, by their keys with dots. Those that change no result are left out.
     */
    Map<String, String> reads(RecipeOptions options);

    /** Stages whose files it reads. */
    List<String> after();

    /** Hash of what it reads from outside the run folder; empty if it reads nothing. */
    default String inputs() {
        return "";
    }

    /** Files and folders that are removed before it runs anew; none if it goes on by itself. */
    default List<String> outputs() {
        return List.of();
    }

    /**
     * Whether an option may differ from what the stage began with, since it goes on from what it
     * has.
     */
    default boolean goesOn(String option, String was, String is) {
        return false;
    }

    /** Whether it is so cheap that it is made again where its options or inputs have changed. */
    default boolean repeats() {
        return false;
    }

    /**
     * Makes the files.
     *
     * @return false if it was asked to stop before its end
     */
    boolean run();

    /**
     * Asks {@link #run} to save and return; called from any thread.
     *
     * @return whether it does; others are made anew
     */
    default boolean requestStop() {
        return false;
    }
}
