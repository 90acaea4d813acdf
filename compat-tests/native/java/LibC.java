import com.sun.jna.Library;
import com.sun.jna.Native;

/** What Java itself cannot do: change the present directory of its process. */
interface LibC extends Library {
    LibC INSTANCE = Native.load("c", LibC.class);

    int chdir(String path);
}
