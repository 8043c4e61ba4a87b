import SluiceConfig
import SluiceStore

extension WindowLengths {
    /// As the settings say.
    init(_ windows: CapWindows) {
        self.init()
        (hour, hourMargin) = (windows.hour, windows.hourMargin)
        (day, dayMargin) = (windows.day, windows.dayMargin)
    }
}
