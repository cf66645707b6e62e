namespace Mig.Images.Running;

/// <summary>Something of this machine that is lent to a command.</summary>
/// <param name="From">A path of this machine.</param>
/// <param name="To">An absolute path in the image.</param>
/// <param name="IsWritable">Whether the command may change it.</param>
public sealed record RunBind(string From, string To, bool IsWritable);
