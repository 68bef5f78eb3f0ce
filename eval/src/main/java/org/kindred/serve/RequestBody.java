package org.kindred.serve;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;

/** Reads a body that may be too long, or come too slowly. */
final class RequestBody {
    private static final int BUFFER = 16_384;

    private RequestBody() {}

    /**
     * The whole body.
     *
     * @param length as the client announces it; negative if it does not
     * @param most bytes
     * @param within time for all of it
     * @throws ServeException 413 or 408
     */
    static byte[] read(InputStream in, long length, int most, Deadline within) {
        if (length > most) {
            throw tooLong(most);
        }
        ByteArrayOutputStream body = new ByteArrayOutputStream(length > 0 ? (int) length : BUFFER);
        byte[] buffer = new byte[BUFFER];
        try {
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                body.write(buffer, 0, n);
                if (body.size() > most) {
                    throw tooLong(most);
                }
                if (within.nanosLeft() == 0) {
                    throw tooSlow();
                }
            }
        } catch (IOException e) {
            throw tooSlow(); // or gone, then nobody hears it
        }
        return body.toByteArray();
    }

    private static ServeException tooLong(int most) {
        return ServeException.of(
                413,
                "body: longer than "
                        + most
                        + " bytes (service.max_body_bytes); send fewer items in a request");
    }

    private static ServeException tooSlow() {
        return ServeException.of(408, "body: did not come in time (service.body_seconds)");
    }
}
