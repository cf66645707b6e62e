using Mig.Core;
using Mig.Store.Exchange;

namespace Mig.Tests.Support;

/// <summary>Objects as they travel, for peers that a test plays itself.</summary>
internal static class SentFrames
{
    public static List<byte[]> Of(Repository source, IReadOnlyList<ObjectId> ids)
    {
        var frames = new List<byte[]>();
        FrameSender.Send(source.Store, source.StoreOptions, ids, FrameShare.All, frame =>
        {
            lock (frames)
            {
                byte[] bytes = new byte[frame.Length];
                frame.CopyTo(bytes);
                frames.Add(bytes);
            }
        }, TestContext.Current.CancellationToken);
        return frames;
    }
}
