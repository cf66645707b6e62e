using System.Net.Sockets;
using System.Text.Json;
using Mig.Core;
using Mig.Core.Host;
using Mig.Disks;

namespace Mig.Exchange.Boots;

/// <summary>Takes the memory and the devices of a machine out of QEMU, and puts them into one: QEMU's migration, over a socket.</summary>
/// <remarks>QEMU, "Migration" (docs/devel/migration) and the commands <c>migrate</c> and <c>query-migrate</c> of its protocol.</remarks>
internal static class MachineMemory
{
    private const string MostSpeed = "{\"max-bandwidth\":1099511627776}"; // bytes a second; it is slow unless told

    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(20);

    /// <summary>Saves a machine that stands still.</summary>
    /// <param name="socket">Where QEMU sends it to; is made.</param>
    /// <param name="folder">Gets the file, which has no name there.</param>
    /// <param name="isOver">Whether QEMU has ended.</param>
    /// <returns>Disposing it frees the space.</returns>
    /// <exception cref="IOException">There is no room for it.</exception>
    /// <exception cref="UnsupportedFeatureException">QEMU cannot; has its words.</exception>
    public static FileSource Save(QemuMonitor monitor, string socket, string folder, Func<bool> isOver)
    {
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(socket));
        listener.Listen(1);
        monitor.Execute("migrate-set-parameters", MostSpeed);
        monitor.Execute("migrate", $"{{\"uri\":{Quote("unix:" + socket)}}}");
        while (!listener.Poll(Moment, SelectMode.SelectRead))
            IsDone(monitor, isOver);
        HostFile file = HostFile.CreateUnnamed(folder, "memory");
        try
        {
            using var stream = new NetworkStream(listener.Accept(), ownsSocket: true);
            long length = StreamSpool.Copy(stream, file, folder, "the memory of the machine", (_, _) => { }, CancellationToken.None);
            while (!IsDone(monitor, isOver))
                Thread.Sleep(Moment);
            return FileSource.Of(file, length, "the memory of the machine");
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Gives a machine that waits for it what was saved, and lets it go on.</summary>
    /// <param name="socket">Where QEMU listens.</param>
    /// <param name="copy">Writes what was saved.</param>
    /// <exception cref="UnsupportedFeatureException">QEMU does not take it; has its words.</exception>
    /// <exception cref="OperationCanceledException">It is not wanted any more.</exception>
    public static void Load(
        QemuMonitor monitor, string socket, Action<Stream> copy, Func<bool> isOver, CancellationToken cancellation)
    {
        using (Socket line = Connect(monitor, socket, isOver, cancellation))
        {
            try
            {
                using var stream = new NetworkStream(line);
                copy(stream);
            }
            catch (IOException e) when (e.InnerException is SocketException)
            {
                // QEMU does not want more of it, and says why below.
            }
        }

        while (!IsDone(monitor, isOver))
            Pause(cancellation);
        monitor.Execute("cont");
    }

    // QEMU hears its monitor a moment before it listens.
    private static Socket Connect(QemuMonitor monitor, string socket, Func<bool> isOver, CancellationToken cancellation)
    {
        while (true)
        {
            var line = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            try
            {
                line.Connect(new UnixDomainSocketEndPoint(socket));
                return line;
            }
            catch (SocketException)
            {
                line.Dispose();
                IsDone(monitor, isOver);
                Pause(cancellation);
            }
        }
    }

    private static void Pause(CancellationToken cancellation)
    {
        cancellation.WaitHandle.WaitOne(Moment);
        cancellation.ThrowIfCancellationRequested();
    }

    private static bool IsDone(QemuMonitor monitor, Func<bool> isOver)
    {
        if (isOver())
            throw Failure("QEMU has ended");
        JsonElement answer = monitor.Execute("query-migrate");
        string status = answer.TryGetProperty("status", out JsonElement found) ? found.GetString() ?? "" : "";
        if (status is "failed" or "cancelled")
            throw Failure(answer.TryGetProperty("error-desc", out JsonElement words) ? $"QEMU says: {words.GetString()}" : "QEMU gave up");
        return status == "completed";
    }

    private static string Quote(string text) => $"\"{JsonEncodedText.Encode(text)}\"";

    private static UnsupportedFeatureException Failure(string why) => new("moving the memory of the machine", why);
}
