using Mig.Transfer.Exchange;

namespace Mig.Transfer.Tests.Exchange;

public sealed class PieceSizeTests
{
    [Fact]
    public void It_follows_what_gets_through()
    {
        var size = new PieceSize(1 << 20, least: 1);
        size.Cut(tried: 400, through: 0);
        Assert.Equal(25, size.Now);
        size.Cut(tried: 25, through: 0);
        Assert.Equal(1, size.Now);
        size.Cut(tried: 1, through: 0);
        Assert.Equal(1, size.Now);
        size.Pass();
        Assert.Equal(2, size.Now);
        size.Cut(tried: 2, through: 1);
        Assert.Equal(1, size.Now);
    }

    [Fact]
    public void What_was_refused_is_never_tried_again()
    {
        var size = new PieceSize(1000, least: 10);
        size.Refuse(800);
        Assert.Equal(400, size.Now);
        size.Pass();
        Assert.Equal(400, size.Now);
    }
}
