package org.kindred.datasets;

/** Where long work tells how far it is; the library never prints. */
public interface Progress {

    /** Tells nobody. */
    Progress NONE =
            new Progress() {
                @Override
                public void stage(String name, String note) {}

                @Override
                public void step(long done, long total, String note) {}
            };

    /** A stage begins. */
    void stage(String name, String note);

    /**
     * The running stage has done {@code done} of {@code total}; {@code note} holds numbers, never
     * user text.
     */
    void step(long done, long total, String note);

    /**
     * Something to know that begins no stage, without user text. Unlike the others it may be called
     * from any thread.
     */
    default void note(String sentence) {}
}
